// The camera, by one that plays specimens, and the way over two devices.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import decodeQR from "qr/decode.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Place, type Visit } from "./harness";

const front = "Front of the document";
const back = "Back of the document";
const face = "Your face";
const details = "Your details";

let place: Place;
let demo: string;
const typed = (file: string) => JSON.parse(readFileSync(join(demo, file), "utf8")) as Record<string, string>;

beforeAll(async () => {
  place = await Place.open();
  demo = place.specimen("demo", "--seed", "7", "--date", "2026-11-23");
});
afterAll(() => place?.close());

// film is what a camera shows: photos, each for so many frames, over and over.
function film(name: string, ...scenes: [photo: string, frames: number][]): string {
  const file = join(place.dir, `${name}.mjpeg`);
  writeFileSync(file, Buffer.concat(scenes.flatMap(([photo, frames]) => Array<Buffer>(frames).fill(readFileSync(join(demo, photo))))));
  return file;
}

const open = (v: Visit) => v.page.getByRole("button", { name: "Take a photo" }).click();
const sendDetails = async (v: Visit, file = "details.json") => {
  await v.card(details).waitFor();
  await v.fill(typed(file));
  await v.card(details).getByRole("button", { name: "Send" }).click();
  await v.card(face).waitFor();
};

describe("the camera", () => {
  it("takes a good picture by itself, is refused a blurred one, and goes the whole way to approved over two devices", async () => {
    const link = await place.newCase();
    // The button takes what is there, blurred or not.
    const shaky = await place.visit(link.url, { camera: film("blurred", ["passport-blurred.jpg", 30]) });
    await shaky.begin("id_card");
    await open(shaky);
    await shaky.page.locator(".shutter[aria-disabled=false]").waitFor();
    await shaky.page.locator(".shutter").click();
    await shaky.card(front).getByText("The photo is blurred").waitFor();
    await shaky.close();

    const v = await place.visit(link.url, { camera: film("card", ["card-front.jpg", 30]) });
    await v.begin("id_card");
    await open(v);
    await v.state("Check it yourself"); // nobody pressed anything
    expect(await v.page.locator("figure.piece canvas").count()).toBe(3);
    await v.next();
    await v.card(back).waitFor();
    await v.choose(back, join(demo, "card-back.jpg"));
    await sendDetails(v, "details-card.json");
    // A reload in the middle, as when a phone drops the page.
    await v.page.reload();
    await v.card(face).waitFor();
    await v.close();

    const selfie = await place.visit(link.url, { camera: film("selfie", ["selfie.jpg", 30]) });
    await selfie.card(face).waitFor();
    await open(selfie);
    await selfie.state("You are verified");
    expect((await place.readCase(link)).items.map((i) => i.attempts)).toEqual([1, 1, 1, 1]);
    expect([...shaky.wrong, ...v.wrong, ...selfie.wrong]).toEqual([]);
    await selfie.close();
  });

  it("says how to allow a camera that is denied, and the way goes on without", async () => {
    const v = await place.visit((await place.newCase()).url, { camera: film("passport", ["passport.jpg", 30]), denied: true });
    await v.begin();
    await open(v);
    const dialog = v.page.getByRole("dialog");
    await dialog.getByText("The camera is not allowed yet").waitFor();
    await dialog.getByText("Tap the sign to the left of the address").waitFor();
    expect(await v.look("40-denied")).toEqual([]);
    await dialog.getByRole("button", { name: "Go on without the camera" }).click();
    await v.front(join(demo, "passport.jpg"));
    await v.card(details).waitFor();
    expect(v.wrong).toEqual([]);
    await v.close();
  });
});

// square reads the square off the screen, with a decoder that is not of its maker.
async function square(v: Visit): Promise<string> {
  const picture = (await v.page.locator(".qr").screenshot()).toString("base64");
  const { width, height, data } = await v.page.evaluate(async (picture) => {
    const image = await createImageBitmap(new Blob([Uint8Array.from(atob(picture), (c) => c.charCodeAt(0))], { type: "image/png" }));
    const pen = new OffscreenCanvas(image.width, image.height).getContext("2d")!;
    pen.drawImage(image, 0, 0);
    return { width: image.width, height: image.height, data: Array.from(pen.getImageData(0, 0, image.width, image.height).data) };
  }, picture);
  return decodeQR({ width, height, data: Uint8Array.from(data) });
}

describe("a device without a camera", () => {
  it("hands the case to a phone and follows along", async () => {
    const link = await place.newCase();
    const desk = await place.visit(link.url);
    await desk.begin();
    await desk.page.getByRole("button", { name: "Go on with your phone" }).click();
    await desk.state("Go on with your phone");
    expect(await desk.focused("Go on with your phone")).toBe(true);
    expect(await desk.look("41-phone")).toEqual([]);
    // What the square says is the link, with the choice that was made.
    const address = `${link.url}&doc=passport`;
    expect(await square(desk)).toBe(address);
    await desk.page.emulateMedia({ colorScheme: "dark" });
    expect(await square(desk)).toBe(address);

    const phone = await place.visit(address);
    await phone.card(front).waitFor();
    await phone.front(join(demo, "passport.jpg"));
    await phone.card(details).waitFor();
    await desk.page.getByText(`${front}: Received`).waitFor();
    await sendDetails(phone);
    await phone.choose(face, join(demo, "selfie.jpg"));
    await Promise.all([phone.state("You are verified"), desk.state("You are verified")]);
    expect([...desk.wrong, ...phone.wrong]).toEqual([]);
  });

  it("shows the square by itself where only a film will do", async () => {
    const filmed = await Place.open((policy) => policy.replace("capture: still", "capture: sequence"));
    try {
      const link = await filmed.newCase();
      await filmed.send(link, "document_front", readFileSync(join(demo, "passport.jpg")));
      await filmed.send(link, "details", JSON.stringify(typed("details.json")));
      const desk = await filmed.visit(link.url);
      await desk.state("Go on with your phone");
      expect(await square(desk)).toBe(link.url);
      await desk.page.getByRole("button", { name: "Go on here" }).click();
      await desk.card(face).getByText("This needs a camera.").waitFor();
      await desk.page.getByRole("button", { name: "Go on with your phone" }).waitFor();
      expect(await desk.look("42-live-without-camera")).toEqual([]);
      expect(desk.wrong).toEqual([]);
    } finally {
      await filmed.close();
    }
  });
});
