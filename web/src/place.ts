import { useCallback, useEffect, useState } from "preact/hooks";

// usePlace keeps which screen is open beside the way in the browser's history, under
// a name of its own: the browser's back button closes it, and a reload keeps it.
export function usePlace(name: string): { at: string | undefined; go: (to: string) => void; back: () => void } {
  const read = useCallback(() => (history.state as Record<string, string> | null)?.[name], [name]);
  const [at, setAt] = useState(read);
  useEffect(() => {
    const popped = () => setAt(read());
    addEventListener("popstate", popped);
    return () => removeEventListener("popstate", popped);
  }, [read]);
  const go = useCallback(
    (to: string) => {
      history.pushState({ ...(history.state as object | null), [name]: to }, "");
      setAt(to);
    },
    [name],
  );
  const back = useCallback(() => {
    if (read() !== undefined) history.back();
    else setAt(undefined); // the way went on meanwhile, and has an entry of its own
  }, [read]);
  return { at, go, back };
}
