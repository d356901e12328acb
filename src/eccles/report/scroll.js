{
  // Say over each frame whether there is more beside what is seen of it.
  const tell = () => {
    for (const line of document.querySelectorAll(".scrolls")) {
      const frame = line.nextElementSibling;
      line.hidden = frame.scrollWidth <= frame.clientWidth + 1;
    }
  };
  for (const event of ["load", "resize", "toggle", "contentvisibilityautostatechange"]) {
    window.addEventListener(event, tell, true);
  }
  tell();
}
