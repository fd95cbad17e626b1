// The part of the screen that an on-screen keyboard leaves free, as CSS variables on `element`.

export function followViewport(element) {
  const viewport = window.visualViewport;
  if (!viewport) return;
  const update = () => {
    if (viewport.scale > 1.01) return; // pinch zoom: let the visitor look around
    element.style.setProperty("--fawen-height", `${viewport.height}px`);
    element.style.setProperty("--fawen-top", `${viewport.offsetTop}px`);
  };
  viewport.addEventListener("resize", update);
  viewport.addEventListener("scroll", update);
  update();
}
