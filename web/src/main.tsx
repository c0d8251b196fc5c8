import { render } from "preact";
import { Client } from "./api";
import { App, Notice } from "./app";
import "./style.css";
import { en } from "./words";

// The case and the token stand behind the #, which browsers never send.
const way = new URLSearchParams(location.hash.slice(1));
const caseID = way.get("case");
const token = way.get("token");
const root = document.getElementById("app");
if (root) {
  render(
    caseID && token ? (
      <App client={new Client(caseID, token)} words={en} />
    ) : (
      <Notice words={en} title={en.noLink.title} text={en.noLink.text} />
    ),
    root,
  );
}
window.addEventListener("hashchange", () => location.reload());
