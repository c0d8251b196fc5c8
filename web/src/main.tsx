import { render } from "preact";
import { Client } from "./api";
import { App, Notice } from "./app";
import "./style.css";
import { wordsFor } from "./words";

// The case and the token stand behind the #, which browsers never send.
const way = new URLSearchParams(location.hash.slice(1));
const caseID = way.get("case");
const token = way.get("token");
const words = wordsFor(undefined);
const root = document.getElementById("app");
if (root) {
  render(caseID && token ? <App client={new Client(caseID, token)} /> : <Notice words={words} {...words.noLink} />, root);
}
window.addEventListener("hashchange", () => location.reload());
