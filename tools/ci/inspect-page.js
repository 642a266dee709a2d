/*
 * Run in a page: how wide it is, and the texts whose contrast to what is behind them is below 4.5 (WCAG 2.2, 1.4.3).
 */
(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });

  /** Red, green, blue from 0 to 255 and alpha from 0 to 1, whatever a colour is written as. */
  function partsOf(colour) {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
  }

  function luminanceOf([...parts]) {
    const [red, green, blue] = parts.map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }

  function over([red, green, blue, alpha], below) {
    return [red, green, blue].map((part, at) => part * alpha + below[at] * (1 - alpha));
  }

  function behind(element) {
    if (!element) return [255, 255, 255];
    return over(partsOf(getComputedStyle(element).backgroundColor), behind(element.parentElement));
  }

  function contrastOf(element) {
    const below = behind(element);
    const ink = luminanceOf(over(partsOf(getComputedStyle(element).color), below));
    const paper = luminanceOf(below);
    return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
  }

  const texts = [...document.querySelectorAll('body *')].filter(
    (element) =>
      [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim()) &&
      element.checkVisibility({ opacityProperty: true, visibilityProperty: true }),
  );
  const faint = texts
    .map((element) => ({ element, contrast: contrastOf(element) }))
    .filter(({ contrast }) => contrast < 4.5)
    .map(({ element, contrast }) => {
      const name = `${element.tagName.toLowerCase()}.${element.className}`;
      return `${contrast.toFixed(1)} ${name} “${element.textContent.trim().slice(0, 40)}”`;
    });
  return { scrollWidth: document.documentElement.scrollWidth, faint };
})();
