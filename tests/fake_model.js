// Shows a view in an empty page, with a model that plays the kernel's part.
async ([script, style, traits, dark]) => {
  const values = traits, listeners = {};
  const fire = (name, ...more) => (listeners[name] || []).forEach((call) => call(...more));
  Object.assign(window, { saved: [], sent: [] });
  window.model = {
    get: (name) => values[name],
    set: (name, value) => { values[name] = value; },
    save_changes: () => window.saved.push(structuredClone(values.state)),
    send: (message) => { window.sent.push(message); },
    on: (name, call) => (listeners[name] = listeners[name] || []).push(call),
    off: () => {},
    arrive(news) { // what one message of the kernel brings
      Object.assign(values, news);
      [...Object.keys(news).map((name) => `change:${name}`), "change"].forEach((name) => fire(name));
    },
    fire,
  };

  window.pixels = () => new XMLSerializer().serializeToString(document.querySelector(".nnv-picture svg"));
  // What is written in the picture: size of the letters and both corners, in pixels of the page.
  window.written = () => {
    const frame = document.querySelector(".nnv-picture svg").getBoundingClientRect(), scale = frame.width / document.querySelector(".nnv-picture svg").viewBox.baseVal.width;
    const texts = [...document.querySelectorAll(".nnv-picture svg text")].filter((text) => text.textContent);
    return texts.map((text) => {
      const box = text.getBoundingClientRect(), size = scale * Number(text.getAttribute("font-size"));
      const turned = text.hasAttribute("transform"), slack = ((turned ? box.width : box.height) - 0.75 * size) / 2; // a line is higher than its capitals
      const [dx, dy] = turned ? [slack, 0] : [0, slack];
      return { text: text.firstChild.textContent, size,
               ends: [[box.left - frame.left + dx, box.top - frame.top + dy], [box.right - frame.left - dx, box.bottom - frame.top - dy]],
               sheet: [frame.width, frame.height] };
    });
  };

  document.documentElement.lang = "en";
  document.title = "a view";
  document.head.appendChild(document.createElement("style")).textContent = style + (dark
    ? ":root { --jp-content-font-color1: #fff; --jp-layout-color0: #111; color-scheme: dark; } body { background: #111; }" : "");
  if (dark) document.body.dataset.jpThemeLight = "false";
  document.body.innerHTML = "<main><h1>A view</h1><div id='here'></div></main>";
  const module = await import(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
  module.default.render({ model: window.model, el: document.getElementById("here") });
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)));
}
