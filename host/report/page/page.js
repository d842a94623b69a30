/* A readout for the pointer; without it the page lacks nothing. The drawn points are read from the paths. */
"use strict";
(() => {
    const width = 1000, height = 400;
    const show = (value, unit) => unit === 1 ? (value * 100).toFixed(2) + "\u202f%" : value.toPrecision(4).replace("-", "\u2212");
    const points = path => path.points ??= (path.getAttribute("d").match(/[ML][\d.]+ [\d.]+/g) || [])
        .map(p => p.slice(1).split(" ").map(Number)).slice(0, path.classList.contains("water") ? -2 : undefined);
    const nearest = (list, x) => {
        let low = 0, high = list.length - 1;
        while (low < high) {
            const middle = (low + high) >> 1;
            if (list[middle][0] < x) low = middle + 1; else high = middle;
        }
        return low > 0 && x - list[low - 1][0] < list[low][0] - x ? list[low - 1] : list[low];
    };
    for (const plot of document.querySelectorAll(".plot")) {
        const lines = [...plot.querySelectorAll("path[data-name]")];
        const output = plot.parentElement.querySelector("output");
        if (!lines.length || !output) continue;
        const [x0, x1] = plot.dataset.x.split(" ").map(Number), [y0, y1, kind, unit] = plot.dataset.y.split(" ");
        const value = y => {
            const share = 1 - y / height, low = Number(y0), high = Number(y1);
            return kind === "log" ? low * (high / low) ** share : low + share * (high - low);
        };
        const cursor = plot.querySelector(".grid").cloneNode();
        cursor.setAttribute("class", "cursor");
        const drawing = plot.querySelector("svg");
        plot.addEventListener("pointermove", event => {
            const box = drawing.getBoundingClientRect();
            const x = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1) * width;
            const at = x0 + x / width * (x1 - x0);
            const where = x0 > 1e9 ? new Date(at).toISOString().slice(0, 16).replace("T", " ") : Math.round(at).toString();
            const said = lines.map(line => line.dataset.name + " " + show(value(nearest(points(line), x)[1]), Number(unit)));
            output.textContent = where + "  " + said.reverse().join(", ");
            cursor.setAttribute("d", `M${x} 0V${height}`);
            drawing.append(cursor);
        });
        plot.addEventListener("pointerleave", () => { cursor.remove(); output.textContent = ""; });
    }
})();
