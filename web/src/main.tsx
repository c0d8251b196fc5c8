import { render } from "preact";
import { Client } from "./api";
import { App, Linkless } from "./app";
import { chosen } from "./language";
import "./style.css";
import { load, pick } from "./words";

// The case and the token stand behind the #, which browsers never send.
const way = new URLSearchParams(location.hash.slice(1));
const caseID = way.get("case");
const token = way.get("token");
const root = document.getElementById("app");
if (root) {
  // Until the case says otherwise, the page speaks as the browser does.
  const words = await load(pick(chosen(), ...navigator.languages));
  if (caseID && token) {
    const client = new Client(caseID, token);
    client.language = chosen();
    render(<App client={client} words={words} />, root);
  } else {
    render(<Linkless words={words} />, root);
  }
}
window.addEventListener("hashchange", () => location.reload());
