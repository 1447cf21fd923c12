// Lines of code put in order: buttons, drags with a ghost of the line, and the way into the cell below.
const TAP = 6, INDENT = 24; // pixels that a tap may move; units of one level, as picture.py has them
const lists = new WeakMap(); // what to call when a picture has been drawn anew

function linesInput(context) {
  const { control, model, picture, row } = context, board = () => model.get("board");
  const act = (key) => { const does = model.get("moves").keys?.[key]; if (does) context.move(does); };
  const check = () => { if (!context.gone()) { model.send({ do: "check" }); context.wait(); } };
  const button = (text, call) => {
    const made = input(row, "button", { type: "button" }, text);
    made.addEventListener("click", () => { if (made.getAttribute("aria-disabled") !== "true") call(); });
    return made;
  };
  // A button that cannot do anything keeps the focus, so that a hand on the keyboard is not thrown out.
  const idle = (made, is) => { made.setAttribute("aria-disabled", String(is)); made.style.opacity = is ? 0.55 : 1; };
  const keyed = [["Put in", "Enter"], ["Up", "u"], ["Down", "d"], ["Outdent", "ArrowLeft"], ["Indent", "ArrowRight"]]
    .map(([text, key]) => [key, button(text, () => act(key))]);
  const checks = button("Check", check), lands = button("To the cell below", () => land(context, said, code));
  const said = element(row, "div", { role: "status", class: "nnv-landed", style: "flex-basis: 100%" });
  const code = element(row, "div", { style: "flex-basis: 100%", hidden: "" });
  const show = () => {
    const { keys } = model.get("moves"), { letters, body, indents } = board(), lines = model.get("state")[control.name];
    for (const [key, made] of keyed) {
      made.hidden = !letters || (key.startsWith("Arrow") && !indents);
      idle(made, context.gone() || !keys?.[key]);
    }
    keyed[0][1].textContent = /^[^-]*[A-Z]/.test(lines) ? "Leave out" : "Put in";
    for (const made of [checks, lands]) { made.hidden = !letters; idle(made, context.gone() || !body); }
  };
  model.on("change", show);
  model.on("change:board", () => { [said.textContent, code.hidden] = ["", true]; });
  picture.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const shifted = event.shiftKey && { ArrowUp: "u", ArrowDown: "d" }[event.key];
    if (!shifted && event.key !== "c") return;
    event.preventDefault();
    event.stopImmediatePropagation(); // without Shift, arrows choose a line
    if (shifted) act(shifted); else check();
  }, true);
  const drag = dragged(context);
  lists.set(picture, (svg) => { drag.drawn(svg); show(); });
  show();
}

// A press is a tap until it moves; then the line follows the pointer. A finger drags by the grip, and scrolls elsewhere.
function dragged({ control, model, picture, place, apply, gone }) {
  let held = null;
  const rowAt = (y) => model.get("board").rows.findIndex(([top, high]) => y >= top && y <= top + high);
  const let_go = () => {
    for (const part of held?.parts ?? []) part.removeAttribute("transform");
    held?.mark?.remove();
    held = null;
  };
  picture.addEventListener("pointerdown", (event) => {
    const shape = event.target.closest?.("[data-does]");
    if (event.button !== 0 || !event.isPrimary || held || !shape || gone()) return;
    event.stopPropagation(); // view.js would take it for a click at once, also where a finger begins to scroll
    const from = place(event), row = rowAt(from.y), [top, high] = model.get("board").rows[row];
    const parts = [...picture.querySelectorAll("svg > :not(defs)")].filter((part) => {
      const box = part.getBBox();
      return box.x > 20 && box.y >= top - 2 && box.y + box.height <= top + high + 2;
    });
    held = { id: event.pointerId, does: JSON.parse(shape.dataset.does), from, row, parts, moves: false };
    picture.setPointerCapture(event.pointerId);
  }, true);
  picture.addEventListener("pointermove", (event) => {
    if (held?.id !== event.pointerId) return;
    const to = place(event), [dx, dy] = [to.x - held.from.x, to.y - held.from.y];
    held.moves ||= Math.hypot(dx, dy) > TAP;
    if (!held.moves) return;
    for (const part of held.parts) {
      if (!part.hasAttribute("transform")) part.parentNode.appendChild(part); // above the others
      part.setAttribute("transform", `translate(${dx} ${dy})`);
    }
  });
  picture.addEventListener("pointerup", (event) => {
    if (held?.id !== event.pointerId) return;
    const { does, moves, row, from } = held, to = place(event);
    let_go();
    apply(moves ? { [control.name]: dropped(model.get("state")[control.name], model.get("board"), row, from, to) } : does.put);
  });
  picture.addEventListener("pointercancel", let_go);
  return {
    drawn(svg) {
      let_go();
      for (const shape of svg.querySelectorAll("[data-does]"))
        if (shape.getBBox().width < 30) Object.assign(shape.style, { touchAction: "none", cursor: "grab" });
    },
  };
}

// The order as a text (see order.py) after the line of a row was dragged.
function dropped(text, { rows, letters, divide, indents }, row, from, to) {
  const placed = [...text.split("-")[0].matchAll(/([A-Za-z])(\d?)/g)].map(([, letter, depth]) => [letter.toLowerCase(), Number(depth || 1)]);
  const letter = letters[row], before = placed.find(([other]) => other === letter), rest = placed.filter(([other]) => other !== letter);
  const up = letter.toUpperCase(), put = (pairs) => pairs.map(([name, depth]) => (name === letter ? up : name) + (indents ? depth : "")).join("");
  if (to.y > divide) return `${put(rest)}-${up}`;
  const middle = rows[row][0] + rows[row][1] / 2 + to.y - from.y;
  const at = rest.filter(([other]) => { const [top, high] = rows[letters.indexOf(other)]; return top + high / 2 < middle; }).length;
  const depth = (before ? before[1] : (rest[at - 1]?.[1] ?? 1)) + (before ? Math.round((to.x - from.x) / INDENT) : 0);
  rest.splice(at, 0, [letter, Math.max(1, Math.min(5, depth))]);
  return put(rest);
}

// The editor of a cell is CodeMirror's, whose view hangs at its element.
function editorOf(cell) {
  const content = cell.querySelector(".cm-content");
  return content?.cmTile?.view ?? content?.cmView?.view ?? content?.cmView?.rootView?.view ?? null;
}

// The first code cell below the view that defines the function: its editor, and where in its text the function lies.
function functionBelow(picture, name) {
  const cells = [...(picture.closest(".jp-Notebook")?.querySelectorAll(".jp-Cell") ?? [])];
  for (const cell of cells.slice(cells.indexOf(picture.closest(".jp-Cell")) + 1)) {
    const editor = cell.classList.contains("jp-CodeCell") ? editorOf(cell) : null;
    const found = editor && whereIs(name, editor.state.doc.toString());
    if (found) return { editor, ...found };
  }
  return null;
}

// Where the body of a function begins and ends in a text, or null.
function whereIs(name, text) {
  const start = text.match(new RegExp(`^def ${name}\\(`, "m"))?.index;
  if (start === undefined) return null;
  const head = text.slice(start).match(/^def [\s\S]*?:[ \t]*(#[^\n]*)?(\n|$)/);
  if (!head) return null;
  const from = start + head[0].length, body = text.slice(from).match(/^([ \t]+[^\n]*(\n|$)|[ \t]*(#[^\n]*)?(\n|$)(?=[ \t\n]*[ \t]\S))*/)[0];
  return { from, to: from + body.trimEnd().length, text };
}

// What becomes of the cell: the stub's `...`, or what was put there before, gives way; whatever else stands there stays.
function changeOf({ from, to, text }, { name, body }, landed) {
  const old = text.slice(from, to), stub = old.match(/^[ \t]*(\.\.\.|pass)[ \t]*$/m)?.[0];
  const code = (rows) => rows.replace(/^[ \t]*#.*$/gm, "").trim();
  const all = (part) => part && old.includes(part) && !code(old.replace(part, ""));
  const comment = quoted(body), [before, after] = [text.indexOf(comment), text.indexOf(comment) + comment.length];
  if (all(body) || (before >= 0 && !/^\n# /.test(text.slice(after)))) return { says: "It stands in the cell below already." };
  const says = `It stands in the cell below now, in ${name}. Run that cell, and then its check.`;
  const gone = [stub, landed].find(all);
  if (gone) {
    const at = from + old.indexOf(gone);
    return { changes: { from: at, to: at + gone.length, insert: body }, says };
  }
  const end = text.trimEnd().length;
  if (!code(old)) return { changes: { from: to, insert: `${text[to - 1] === "\n" ? "" : "\n"}${body}` }, says };
  return { changes: { from: end, insert: `\n\n# Put in order in the view above:\n${comment}` },
           says: "The cell below holds code of yours, so the lines stand there as a comment, at its end." };
}

const quoted = (body) => body.split("\n").map((row) => `# ${row}`).join("\n");
const landings = new WeakMap(); // for each editor the body that was put there last

function land({ model, picture }, said, code) {
  const board = model.get("board"), found = functionBelow(picture, board.name);
  code.hidden = true;
  if (!found) {
    said.textContent = `No cell below with def ${board.name}( can be reached from here. Copy the code:`;
    offer(code, `${board.head}\n${board.body}\n`);
    return;
  }
  const { changes, says } = changeOf(found, board, landings.get(found.editor));
  if (changes) found.editor.dispatch({ changes, userEvent: "input.paste" });
  landings.set(found.editor, board.body);
  said.textContent = changes ? `${says} Ctrl+Z there takes it back.` : says;
}

function offer(parent, text) {
  parent.replaceChildren();
  parent.hidden = false;
  const box = input(parent, "textarea", { readonly: "", rows: text.split("\n").length, "aria-label": "the code to copy",
                                          style: "width: 100%; font-family: monospace; box-sizing: border-box" });
  box.value = text;
  input(parent, "button", { type: "button" }, "Copy").addEventListener("click", async (event) => {
    box.select();
    try { await navigator.clipboard.writeText(text); } catch { document.execCommand("copy"); }
    event.target.textContent = "Copied";
  });
}

const more = { kind: "Lines", input: linesInput, after: (svg, { picture }) => lists.get(picture)?.(svg) };
