// Draws the projection: three lines by age, redrawn when an answer changes. The table beside it says the same.
(() => {
  "use strict";
  const money = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD", maximumFractionDigits: 0 });
  const short = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD", notation: "compact" });

  function draw(place) {
    const points = JSON.parse(place.dataset.projection);
    const ink = getComputedStyle(place).color;
    const line = (name, kind) => ({
      name: place.dataset[name], type: "line", data: points[name].map(Number), showSymbol: false,
      lineStyle: { type: kind, width: name === "middle" ? 3 : 2 },
    });
    place.dataset.isDrawn = "yes";
    const chart = window.echarts.init(place);
    chart.setOption({
      animation: false,
      color: ["#b26a00", "#1d8a6b", "#4d7fd1"],
      textStyle: { color: ink, fontFamily: getComputedStyle(place).fontFamily },
      legend: { bottom: 0, textStyle: { color: ink, fontSize: 14 } },
      grid: { left: 8, right: 16, top: 16, bottom: 80, containLabel: true },
      tooltip: { trigger: "axis", renderMode: "richText", valueFormatter: (value) => money.format(value) },
      xAxis: { type: "category", data: points.ages, name: place.dataset.age, nameLocation: "middle", nameGap: 28, axisLabel: { fontSize: 14, color: ink } },
      yAxis: { type: "value", splitLine: { lineStyle: { color: ink, opacity: 0.2 } }, axisLabel: { fontSize: 14, color: ink, formatter: (value) => short.format(value) } },
      series: [line("lower", "dashed"), line("middle", "solid"), line("higher", "dotted")],
    });
    window.addEventListener("resize", () => chart.isDisposed() || chart.resize());
  }

  function drawAll() {
    if (!window.echarts) return;
    for (const place of document.querySelectorAll("[data-projection]:not([data-is-drawn])")) draw(place);
  }

  // The phone changes between day and night while the page is open: the chart's words follow.
  function drawAnew() {
    for (const place of document.querySelectorAll("[data-is-drawn]")) {
      window.echarts.dispose(place);
      delete place.dataset.isDrawn;
    }
    drawAll();
  }

  document.addEventListener("DOMContentLoaded", drawAll);
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAnew);
  document.addEventListener("htmx:afterSwap", drawAll);
})();
