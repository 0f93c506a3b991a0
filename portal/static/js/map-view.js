// Where the drivers' map looks: at first, at a station that was asked for, and how others are sent there.
(() => {
  "use strict";
  const PortalMap = (window.PortalMap = window.PortalMap || {});
  const CLOSE_UP = 15; // no first view is nearer than this

  // The view or the box of the address, else of the stations that the server tells of (`bounds`), else the world.
  // True when the address told.
  function firstView(map, bounds) {
    const address = new URLSearchParams(window.location.search);
    const [lat, lng, zoom] = ["lat", "lng", "zoom"].map((name) => address.get(name));
    if ([lat, lng, zoom].every(PortalMap.finite)) {
      const { minZoom, maxZoom } = map.options;
      const near = Math.max(minZoom, Math.min(maxZoom, Math.round(Number(zoom))));
      map.setView([Math.max(-85, Math.min(85, Number(lat))), PortalMap.wrap(Number(lng))], near, { animate: false });
      return true;
    }
    const box = PortalMap.parseBox(address.get("bbox"));
    if (box) {
      map.fitBounds(PortalMap.boundsOf(box, 0), { animate: false });
      return true;
    }
    const all = PortalMap.parseBox(bounds);
    if (all) map.fitBounds(PortalMap.boundsOf(all, 0), { maxZoom: CLOSE_UP, padding: [30, 40], animate: false });
    else PortalMap.showWorld(map);
    return false;
  }

  // A station and where it stands, in the nearest copy of the world; null without a position.
  function placeOf(map, code, { lat, lng }) {
    if (![lat ?? "", lng ?? ""].every(PortalMap.finite)) return null;
    return { code, at: L.latLng(Number(lat), PortalMap.nearCopy(Number(lng), map.getCenter().lng)) };
  }

  // Comes nearer by one step while a cluster holds the station; false when it stands alone, or is not to be had.
  function uncover(map, markers, { code, at }, features) {
    const holds = ({ properties }) => {
      const box = properties.cluster && PortalMap.parseBox(String(properties.bbox));
      return box && PortalMap.boundsOf(box, at.lng).pad(0.01).contains(at);
    };
    if (markers.has(code) || map.getZoom() >= map.getMaxZoom() || !features.some(holds)) return false;
    map.setView(at, map.getZoom() + 1);
    return true;
  }

  // Hands the address to other apps where the device can, else copies it; without through whose eyes it was seen.
  async function share(words, notes) {
    const link = new URL(window.location.href);
    link.searchParams.delete("as");
    try {
      if (navigator.share) await navigator.share({ title: document.title, url: link.href });
      else {
        await navigator.clipboard.writeText(link.href);
        notes.say(words("copied"));
      }
    } catch (error) {
      if (error.name !== "AbortError") notes.say(words("notCopied"));
    }
  }

  Object.assign(PortalMap, { CLOSE_UP, firstView, placeOf, uncover, share });
})();
