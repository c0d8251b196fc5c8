import { render } from "preact";
import { read } from "./address";
import { Client } from "./api";
import { follow } from "./around";
import { App, Linkless } from "./app";
import { chosen } from "./language";
import "./style.css";
import "./live/live.css"; // small, and wanted at once when the camera opens
import { load, pick } from "./words";

follow();
const caseID = read("case");
const token = read("token");
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
// Another link is another page. Walking back through this one's history may change
// the rest of the address, which has been read.
window.addEventListener("hashchange", () => {
  if (read("case") !== caseID || read("token") !== token) location.reload();
});
