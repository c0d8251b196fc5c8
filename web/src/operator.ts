// Who runs this, as the server wrote it into the page's head: nothing is asked for
// it, and it is there when there is no case.

const said = (name: string): string => document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? "";

export const operator = {
  get name() {
    return said("operator");
  },
  get logo() {
    return said("logo");
  },
  get logoDark() {
    return said("logo-dark");
  },
  // embedIn are the origins of the pages that may show this one in a frame.
  get embedIn() {
    return said("embed-in").split(" ").filter(Boolean);
  },
};
