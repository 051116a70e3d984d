"use strict";
(() => {
  document.documentElement.classList.add("scripted");

  // Enlarged pictures of one look, side by side.
  const viewer = document.getElementById("viewer");
  const stage = viewer.querySelector(".shots");
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.(".zoom");
    if (!button || viewer.contains(button)) return;
    stage.replaceChildren(...[...button.closest(".shots").querySelectorAll(".shot")].map((shot) => shot.cloneNode(true)));
    for (const copy of stage.querySelectorAll(".zoom")) copy.replaceWith(...copy.childNodes);
    viewer.showModal();
  });
  viewer.addEventListener("click", (event) => { if (event.target === viewer) viewer.close(); });
  viewer.addEventListener("close", () => stage.replaceChildren());
})();
