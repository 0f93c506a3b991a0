// Words of the map. Pages translate them with data-text-<name> on the [data-map] element; English otherwise.
(() => {
  "use strict";
  const PortalMap = (window.PortalMap = window.PortalMap || {});

  const ENGLISH = {
    map: "Map of charging stations",
    zoomIn: "Zoom in",
    zoomOut: "Zoom out",
    wholeWorld: "Show the whole world",
    myPosition: "Use my position",
    loading: "Loading stations…",
    empty: "No stations here",
    failed: "The stations could not be loaded.",
    retry: "Try again",
    gone: "This station is not available any more.",
    panelFailed: "The station could not be loaded.",
    baseFailed: "The base map could not be loaded.",
    positionDenied: "Your browser does not tell your position. Allow it in the browser’s settings, or move the map.",
    noPosition: "Your position is not available at present.",
    youAreHere: "You are here",
    share: "Share this view",
    copied: "The link to this view is copied.",
    notCopied: "Copy the link from the address bar of your browser.",
    tools: "Tools of the map",
    cluster: "Stations here: {count}. Zoom in",
    crowded: "These stations stand too close together for the map. The list names each of them.",
    station: "Station {name}: {status}",
    stationPrivate: "Station {name}: {status}, private network",
    available: "available",
    unavailable: "not available",
    planned: "planned",
    unknown: "status not known",
    private: "private network",
    several: "several stations",
    legend: "Legend",
    place: "Position of the station; drag it, or move it with the arrow keys",
    placed: "Position of the station",
  };

  // The words of one page: words(root)("cluster", { count: 3 }).
  PortalMap.words = (root) => (name, values = {}) => {
    const key = "text" + name[0].toUpperCase() + name.slice(1);
    const text = root.dataset[key] || ENGLISH[name] || name;
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
