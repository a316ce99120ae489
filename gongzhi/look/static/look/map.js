/* The county's own map, fetched when somebody opens it: grids drawn as SVG by Leaflet, no tiles from anywhere.
   A place is chosen by tapping, by dragging the pin, or with the arrow keys. See docs/look.md, "Maps". */
(() => {
  "use strict";

  const fetched = (element) => new Promise((resolve, reject) => {
    element.onload = resolve;
    element.onerror = reject;
    document.head.append(element);
  });
  const leaflet = async (part) => {
    if (window.L) return;
    const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href: part.dataset.leafletCss });
    const script = Object.assign(document.createElement("script"), { src: part.dataset.leafletJs });
    await Promise.all([fetched(sheet), fetched(script)]);
  };
  const json = async (address) => {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  };

  // Ray casting (W. R. Franklin, PNPOLY): does a ring of [lon, lat] hold the point?
  const inRing = (ring, lon, lat) => ring.reduce((inside, [x, y], i) => {
    const [px, py] = ring[(i || ring.length) - 1];
    return (y > lat) !== (py > lat) && lon < ((px - x) * (lat - y)) / (py - y) + x ? !inside : inside;
  }, false);
  const inGeometry = ({ type, coordinates }, lon, lat) => {
    const polygons = type === "MultiPolygon" ? coordinates : [coordinates];
    return polygons.some(([outer, ...holes]) => inRing(outer, lon, lat) && !holes.some((h) => inRing(h, lon, lat)));
  };

  const nameOf = ({ properties = {} }) => {
    const english = document.documentElement.lang === "en" && properties.name_en;
    return english || properties.name_zh || properties.name || "";
  };

  function drawGrids(map, grids) {
    return window.L.geoJSON(grids, {
      style: { className: "map-grid", weight: 1 },
      onEachFeature: (feature, layer) => layer.bindTooltip(nameOf(feature), { sticky: true }),
    }).addTo(map);
  }

  // Names of towns, so that people find their way on a map without streets. One that would cover an earlier one is
  // left out until the map is closer.
  function drawLabels(map, labels) {
    const texts = labels.map((label) => {
      const text = document.createElement("span");
      text.textContent = nameOf({ properties: label });
      const icon = window.L.divIcon({ className: "map-label", html: text, iconSize: [0, 0] });
      window.L.marker([label.lat, label.lon], { icon, interactive: false, keyboard: false }).addTo(map);
      return text;
    });
    const meet = (one, other) => one.left < other.right && other.left < one.right
      && one.top < other.bottom && other.top < one.bottom;
    const clear = () => {
      texts.forEach((text) => { text.hidden = false; });
      const kept = [];
      texts.map((text) => [text, text.getBoundingClientRect()]).forEach(([text, box]) => {
        text.hidden = kept.some((other) => meet(box, other));
        if (!text.hidden) kept.push(box);
      });
    };
    map.on("zoomend resize", clear);
    clear();
  }

  function drawPoints(map, points) {
    window.L.geoJSON(points, {
      pointToLayer: (feature, at) => window.L.circleMarker(at, {
        className: "map-point", radius: feature.properties.count ? 8 + 4 * Math.sqrt(feature.properties.count) : 7,
      }),
      onEachFeature: (feature, layer) => {
        const link = document.createElement("a");
        link.textContent = nameOf(feature);
        link.href = feature.properties.href;
        layer.bindPopup(link);
      },
    }).addTo(map);
  }

  function choosing(part, map, grids) {
    const [lon, lat] = [part.dataset.lon, part.dataset.lat].map((id) => document.getElementById(id));
    const said = part.querySelector(".map-said");
    const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    drawing.setAttribute("viewBox", "0 0 32 44");
    const shape = document.createElementNS("http://www.w3.org/2000/svg", "path");
    shape.setAttribute("d", "M16 43C16 43 30 25 30 15A14 14 0 1 0 2 15C2 25 16 43 16 43ZM16 20a5 5 0 1 1 0-10 5 5 0 0 1 0 10Z");
    drawing.append(shape);
    const icon = window.L.divIcon({ className: "map-pin", html: drawing, iconSize: [44, 60], iconAnchor: [22, 58] });
    let pin = null;

    const place = (at) => {
      lon.value = at.lng.toFixed(6);
      lat.value = at.lat.toFixed(6);
      lon.dispatchEvent(new Event("change", { bubbles: true }));
      const grid = grids.features.find((f) => f.geometry && inGeometry(f.geometry, at.lng, at.lat));
      said.textContent = grid ? part.dataset.wordHere.replace("{name}", nameOf(grid)) : part.dataset.wordOutside;
    };
    const step = (event) => {
      const size = event.shiftKey ? 2 : 16;
      const by = { ArrowLeft: [-size, 0], ArrowRight: [size, 0], ArrowUp: [0, -size], ArrowDown: [0, size] }[event.key];
      if (!by) return;
      event.preventDefault();
      event.stopPropagation();
      const at = map.layerPointToLatLng(map.latLngToLayerPoint(pin.getLatLng()).add(by));
      pin.setLatLng(at);
      map.panInside(at, { padding: [60, 60] });
      place(at);
    };
    const put = (at) => {
      if (pin) pin.setLatLng(at);
      else {
        pin = window.L.marker(at, { icon, draggable: true, keyboard: true, autoPanOnFocus: false }).addTo(map);
        const element = pin.getElement();
        element.setAttribute("aria-label", part.dataset.wordPin);
        element.addEventListener("keydown", step);
        pin.on("dragend", () => place(pin.getLatLng()));
      }
    };
    map.on("click", (event) => { put(event.latlng); place(event.latlng); });
    const known = lon.value && lat.value;
    put(known ? [Number(lat.value), Number(lon.value)] : map.getCenter());
    if (known) { map.setView(pin.getLatLng(), map.getZoom() + 2); place(pin.getLatLng()); }
    locating(part, (at) => { put(at); place(at); map.setView(at, Math.max(map.getZoom(), 14)); });
  }

  function locating(part, use) {
    const button = part.querySelector("[data-locate]");
    if (!button || !navigator.geolocation) return;
    button.hidden = false;
    button.addEventListener("click", () => navigator.geolocation.getCurrentPosition(
      ({ coords }) => use(window.L.latLng(coords.latitude, coords.longitude)),
      () => { button.hidden = true; },
    ));
  }

  async function open(part) {
    const said = part.querySelector(".map-said");
    const box = part.querySelector(".map");
    try {
      const [grids, points] = await Promise.all([
        json(part.dataset.grids), part.dataset.points ? json(part.dataset.points) : null, leaflet(part),
      ]);
      box.hidden = false;
      part.querySelector(".map-hint")?.removeAttribute("hidden");
      const map = window.L.map(box, { attributionControl: false, zoomControl: false, zoomSnap: 0.25, maxZoom: 19 });
      window.L.control.zoom({ zoomInTitle: part.dataset.wordIn, zoomOutTitle: part.dataset.wordOut }).addTo(map);
      map.fitBounds(drawGrids(map, grids).getBounds(), { padding: [8, 8] });
      drawLabels(map, grids.labels ?? []);
      if (points) drawPoints(map, points);
      if (part.dataset.lon) choosing(part, map, grids);
      part.querySelector("[data-open]").hidden = true;
    } catch {
      said.textContent = part.dataset.wordFailed;
    }
  }

  window.gongzhi.openMap = open;
})();
