// Words of the map: they stand as data-text-<name> on the [data-map] element, in the language of the page.
(() => {
  "use strict";
  const PortalMap = (window.PortalMap = window.PortalMap || {});

  // The words of one page: words(root)("cluster", { count: 3 }).
  PortalMap.words = (root) => (name, values = {}) => {
    const key = "text" + name[0].toUpperCase() + name.slice(1);
    const text = root.dataset[key] || name;
    return text.replace(/\{(\w+)\}/g, (whole, field) => (field in values ? String(values[field]) : whole));
  };

  PortalMap.rootOf = (map) => map.getContainer().closest("[data-map]") || map.getContainer();

  // An element with class and text; text is never read as HTML.
  PortalMap.element = (tag, className, text) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };
})();
