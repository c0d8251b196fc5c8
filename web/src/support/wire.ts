// How a human is reached, as the server says it.

import type { Case, Client } from "../api";
import type { Device } from "./device";

export interface Support {
  operator: string;
  help_centre: string;
  link: string; // to this case, for whoever helps
  expires_at: string; // when the link ends
  check_url: string; // where anybody can check what is the operator's
  phrase: string; // that messages to this applicant carry
  never: string; // what nobody ever asks for
}

export const readSupport = (c: Client) => c.call<Support>("GET", "/support");

export const askHelp = (c: Client, device: Device | undefined) =>
  c.call<Case>("POST", "/help", JSON.stringify(device ? { device } : {}));
