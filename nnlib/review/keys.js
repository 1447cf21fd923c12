// What ipywidgets leaves out: in JupyterLab, keys that are pressed in a question are the question's, not commands such
// as "next cell" or "delete the cell"; and the choices of a question are one group with a name.
const KEYS = "data-lm-suppress-shortcuts";
let groups = 0;

function mend(box) {
  for (const group of box.querySelectorAll(".widget-radio-box:not([role])")) {
    group.setAttribute("role", "radiogroup");
    group.setAttribute("aria-label", group.parentElement.querySelector(".widget-label").title);
    groups += 1;
    for (const radio of group.querySelectorAll("input")) radio.name = `review-${groups}`;
  }
  for (const input of box.querySelectorAll("input:not([type=radio]):not([aria-label])"))
    input.setAttribute("aria-label", input.title || input.placeholder);
}

function render({ el }) {
  el.style.display = "none";
  const attached = setInterval(() => {
    const box = el.closest(".nnlib-review");
    if (!box) return;
    clearInterval(attached);
    // Ctrl+S and the like are still JupyterLab's.
    const chord = (event) => event.key === "Control" || event.key === "Meta";
    box.addEventListener("keydown", (event) => chord(event) && event.target.removeAttribute(KEYS), true);
    const ours = (event) => event.target.setAttribute(KEYS, "true");
    box.addEventListener("keyup", (event) => chord(event) && ours(event), true);
    box.addEventListener("focusin", ours, true);
    new MutationObserver(() => mend(box)).observe(box, { childList: true, subtree: true });
    mend(box);
  }, 50);
  return () => clearInterval(attached);
}

export default { render };
