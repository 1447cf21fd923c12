// Shows a view in an empty page, with a model that plays the kernel's part, and listens to what is written on the canvas.
async ([script, style, traits, dark]) => {
  const live = (value) => {
    if (!value || typeof value !== "object" || Array.isArray(value)) return value;
    if (value.b64 === undefined) return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, live(v)]));
    const bytes = Uint8Array.from(atob(value.b64), (c) => c.charCodeAt(0));
    return { shape: value.shape, data: new DataView(bytes.buffer) };
  };
  const values = live(traits), listeners = {};
  const fire = (name) => (listeners[name] || []).forEach((call) => call());
  Object.assign(window, { saved: [], sent: [], words: [] });
  window.model = {
    get: (name) => values[name],
    set: (name, value) => { values[name] = value; },
    save_changes: () => window.saved.push(structuredClone(values.state)),
    send: (message) => window.sent.push(message),
    on: (name, call) => (listeners[name] = listeners[name] || []).push(call),
    off: () => {},
    arrive(news) { // what one message of the kernel brings
      Object.assign(values, live(news));
      [...Object.keys(news).map((name) => `change:${name}`), "change"].forEach(fire);
    },
    fire,
  };

  const write = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (text, x, y, ...rest) {
    const box = this.measureText(text), to = this.getTransform();
    const corners = [[x - box.actualBoundingBoxLeft, y - box.actualBoundingBoxAscent],
                     [x + box.actualBoundingBoxRight, y + box.actualBoundingBoxDescent]];
    const ends = corners.map(([a, b]) => [to.a * a + to.c * b + to.e, to.b * a + to.d * b + to.f]);
    window.words.push({ text, size: Math.hypot(to.a, to.b) * Number(/([\d.]+)px/.exec(this.font)[1]), ends });
    return write.call(this, text, x, y, ...rest);
  };
  window.pixels = () => {
    const canvas = document.querySelector("canvas");
    if (!canvas) return new XMLSerializer().serializeToString(document.querySelector(".nnv-picture svg"));
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return btoa(String.fromCharCode(...data.filter((_, i) => i % 41 === 0)));
  };
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
