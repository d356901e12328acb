{
  const { wide, narrow, datasets } = JSON.parse(
    document.getElementById("explorer-data").textContent);
  const filters = document.getElementById("explorer-filters");
  const charts = document.getElementById("explorer-charts");
  const phone = window.matchMedia("(max-width: 1079px)");
  const show = async () => {
    window.explorerView?.finalize();
    filters.replaceChildren();
    const chart = phone.matches ? narrow : wide;
    const filled = ({ name }) => (name in datasets ? { values: datasets[name] } : {});
    const data = chart.data.map((source) => ({ ...source, ...filled(source) }));
    const spec = { ...chart, data };
    const options = { renderer: "svg", actions: false, bind: filters };
    try {
      window.explorerView = (await vegaEmbed(charts, spec, options)).view;
    } catch (error) {
      charts.textContent = `The explorer can't be shown: ${error.message}`;
      throw error;
    }
  };
  phone.addEventListener("change", show);
  show();
}
