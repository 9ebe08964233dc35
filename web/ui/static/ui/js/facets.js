/* Facets: folded above the hits on a phone, open beside them where there's room. The page works without this. */
(() => {
  const wide = matchMedia("(width >= 60rem)");
  const fit = () => {
    for (const facets of document.querySelectorAll("details.facets")) facets.open = wide.matches;
  };
  fit();
  wide.addEventListener("change", fit);
})();
