/**
 * The part of the page check that runs inside the page, as the text of a script: it looks at what
 * was really laid out and painted.
 *
 * @module
 */

/** An expression that returns `{ charts, drawn, texts, problems }` and defines the focus probes. */
export const PAGE_PROBE: string = String.raw`(() => {
  const problems = [];
  const root = document.documentElement;

  // Colours: WCAG 2.2 contrast of each visible text to what stands behind it.
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  function rgba(colour) {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  }
  function luminance([r, g, b]) {
    const [x, y, z] = [r, g, b].map((v) => v / 255)
      .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  }
  function behind(element) {
    for (let at = element; at; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour[3] > 250) return colour;
    }
    return matchMedia("(prefers-color-scheme: dark)").matches ? [0, 0, 0] : [255, 255, 255];
  }
  function behindSvg(element) {
    const paper = element.closest(".js-plotly-plot")?.querySelector(".main-svg");
    const fill = paper ? rgba(paper.style.background || "transparent") : [0, 0, 0, 0];
    return fill[3] > 250 ? fill : behind(element.closest("div"));
  }
  function contrast(a, b) {
    const [dark, light] = [luminance(a), luminance(b)].sort((p, q) => p - q);
    return (light + 0.05) / (dark + 0.05);
  }
  function checkContrast(element, text) {
    const style = getComputedStyle(element);
    const isSvg = element instanceof SVGElement;
    const front = rgba(isSvg ? style.fill : style.color);
    const ratio = contrast(front, isSvg ? behindSvg(element) : behind(element));
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const least = isLarge ? 3 : 4.5;
    if (ratio < least) problems.push("contrast " + ratio.toFixed(2) + " of \"" + text.slice(0, 40) + "\"");
  }
  let texts = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.textContent.trim();
    const element = node.parentElement;
    if (text === "" || element.closest("script, style, noscript, template")) continue;
    // Text of a hidden hover label or of a bar's inside is Plotly's own, on its own background.
    if (element.closest(".hoverlayer, .bartext, .slicetext, .updatemenu-button, .slider-group")) continue;
    if (!element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true })) continue;
    texts++;
    checkContrast(element, text);
  }

  // Charts: something of every one was painted, and its labels do not cover each other.
  const boxes = [...document.querySelectorAll("[data-figure]")];
  const MARKS = ".trace path, .trace image, .point path, .points path, .hm image, .barlayer path, .boxlayer path, .scatterlayer path";
  const LABELS = ".g-gtitle text, .legendtext, .g-xtitle text, .g-ytitle text, .xtick text, .ytick text, .annotation-text";
  let drawn = 0;
  for (const box of boxes) {
    const name = "chart " + box.dataset.figure;
    const marks = [...box.querySelectorAll(MARKS)].filter((mark) => {
      const { width, height } = mark.getBoundingClientRect();
      return width + height > 0;
    });
    if (marks.length > 0) drawn++;
    else problems.push(name + " painted nothing");
    const frame = box.getBoundingClientRect();
    // A chart that scrolls in its box shows all of it in turn.
    const isScrolled = getComputedStyle(box).overflowX === "auto" && box.scrollWidth > box.clientWidth;
    const labels = [...box.querySelectorAll(LABELS)].filter((label) => label.textContent.trim() !== "")
      .map((label) => ({ label, rect: label.getBoundingClientRect() }))
      .filter(({ rect }) => rect.width > 0);
    for (const { label, rect } of labels) {
      const isBeside = rect.left < frame.left - 3 || rect.right > frame.right + 3;
      const isOut = isBeside && !isScrolled || rect.top < frame.top - 3;
      if (isOut) problems.push(name + ": label \"" + label.textContent + "\" is cut off");
    }
    // A turned label's box is larger than the label.
    const upright = labels.filter(({ label }) => !/rotate\((?!0)/.test(label.getAttribute("transform") ?? ""));
    for (const [i, a] of upright.entries()) {
      for (const b of upright.slice(i + 1)) {
        const wide = Math.min(a.rect.right, b.rect.right) - Math.max(a.rect.left, b.rect.left);
        const high = Math.min(a.rect.bottom, b.rect.bottom) - Math.max(a.rect.top, b.rect.top);
        if (wide > 2 && high > 3) {
          problems.push(name + ": \"" + a.label.textContent + "\" overlaps \"" + b.label.textContent + "\"");
        }
      }
    }
  }
  const state = root.dataset.charts ?? "";
  if (boxes.length > 0 && state !== "drawn") problems.push("charts: " + (state || "never drawn"));

  if (root.scrollWidth > innerWidth + 1) {
    problems.push("page is " + root.scrollWidth + " px wide on a screen of " + innerWidth);
  }
  for (const image of document.images) {
    if (image.closest("noscript") === null && image.naturalWidth === 0) problems.push("an image is broken");
    if (image.getAttribute("alt") === null) problems.push("an image has no text alternative");
  }

  // Keyboard.
  const seen = new Set();
  const dim = [];
  window.heapbookFocusable = () =>
    [...document.querySelectorAll("a[href], summary, button, input, select, [tabindex='0']")]
      .filter((element) => !element.closest(".modebar") && element.checkVisibility());
  window.heapbookNoteFocus = () => {
    const element = document.activeElement;
    if (!element || element === document.body || seen.has(element)) return false;
    seen.add(element);
    const style = getComputedStyle(element);
    if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 1) dim.push(element);
    return true;
  };
  window.heapbookKeyboardProblems = () => [
    ...window.heapbookFocusable().filter((element) => !seen.has(element))
      .map((element) => "the keyboard does not reach " + element.outerHTML.slice(0, 80)),
    ...dim.map((element) => "the focus does not show on " + element.outerHTML.slice(0, 80)),
  ];
  return { charts: boxes.length, drawn, texts, problems };
})()`;
