// What is wider than the page can be scrolled by keys as well: it takes the focus, but only then.
const look = () => {
  for (const box of document.querySelectorAll("pre, .wide"))
    box.scrollWidth > box.clientWidth ? box.setAttribute("tabindex", "0") : box.removeAttribute("tabindex");
};
new ResizeObserver(look).observe(document.body);
document.addEventListener("toggle", look, true); // of an answer that opens
