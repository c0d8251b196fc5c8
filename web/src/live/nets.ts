// The two networks on TensorFlow.js with its WebAssembly backend: the very
// weights that the server runs, from the same npm package (models/manifest.json).
// Everything comes from our own origin. Only the worker loads this.

import "@tensorflow/tfjs-converter/dist/flags";
import { loadGraphModel } from "@tensorflow/tfjs-converter/dist/executor/graph_model";
import { env, type io, ready, setBackend, type Tensor, tensor, tidy } from "@tensorflow/tfjs-core";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import plain from "@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.wasm?url";
import simd from "@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-simd.wasm?url";
import blazeGraph from "../../node_modules/@vladmandic/human/models/blazeface.json?url";
import blazeWeights from "../../node_modules/@vladmandic/human/models/blazeface.bin?url";
import meshGraph from "../../node_modules/@vladmandic/human/models/facemesh.json?url";
import meshWeights from "../../node_modules/@vladmandic/human/models/facemesh.bin?url";
import { detectSide, meshSide, type Nets } from "./find";

async function get(url: string): Promise<Response> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer;
}

interface Graph {
  modelTopology: object;
  weightsManifest: { weights: io.WeightsManifestEntry[] }[];
}

// model fetches at once and is built when the backend is there.
async function model(graph: string, weights: string, backend: Promise<unknown>) {
  const [g, w] = await Promise.all([get(graph).then((a) => a.json() as Promise<Graph>), get(weights).then((a) => a.arrayBuffer()), backend]);
  return loadGraphModel({
    load: () => Promise.resolve({ modelTopology: g.modelTopology, weightSpecs: g.weightsManifest.flatMap((x) => x.weights), weightData: w }),
  });
}

// loadNets loads and warms the networks.
export async function loadNets(): Promise<Nets> {
  env().set("WASM_HAS_MULTITHREAD_SUPPORT", false); // it would need a page isolated from others
  // Each of the three has to have an entry; the threaded one is never fetched.
  setWasmPaths({ "tfjs-backend-wasm.wasm": plain, "tfjs-backend-wasm-simd.wasm": simd, "tfjs-backend-wasm-threaded-simd.wasm": simd });
  const backend = setBackend("wasm").then(ready);
  const [blaze, mesh] = await Promise.all([model(blazeGraph, blazeWeights, backend), model(meshGraph, meshWeights, backend)]);
  const run = (m: typeof blaze, input: Float32Array, side: number): Tensor[] => {
    const out = m.predict(tensor(input, [1, side, side, 3])) as Tensor | Tensor[] | Record<string, Tensor>;
    return Array.isArray(out) ? out : "dataSync" in out ? [out as Tensor] : Object.values(out as Record<string, Tensor>);
  };
  const nets: Nets = {
    detect: (input) =>
      tidy(() => {
        const out = run(blaze, input, detectSide);
        // The outputs are known by their shapes: 16 × 16 cells, then 8 × 8.
        const of = (rows: number, values: number) => out.find((t) => t.shape[1] === rows && t.shape[2] === values)!.dataSync<"float32">();
        const join = (values: number) => {
          const [a, b] = [of(512, values), of(384, values)];
          const both = new Float32Array(a.length + b.length);
          both.set(a);
          both.set(b, a.length);
          return both;
        };
        return { scores: join(1), boxes: join(16) };
      }) as unknown as ReturnType<Nets["detect"]>,
    mesh: (input) =>
      tidy(() => {
        const out = run(mesh, input, meshSide);
        const of = (n: number) => out.find((t) => t.size === n)!.dataSync<"float32">();
        return { points: of(1404), presence: of(1)[0]! };
      }) as unknown as ReturnType<Nets["mesh"]>,
  };
  // The first run of each compiles; nobody should wait for it with a face in view.
  nets.detect(new Float32Array(detectSide * detectSide * 3));
  nets.mesh(new Float32Array(meshSide * meshSide * 3));
  return nets;
}
