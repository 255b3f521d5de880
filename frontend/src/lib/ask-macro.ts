type Hear = (macroId: string | null) => void;

let heard: Hear | null = null;

/** The tools of the open conversation run macros, for as long as they are there. */
export function hearMacros(hear: Hear): () => void {
  heard = hear;
  return () => {
    if (heard === hear) heard = null;
  };
}

/** Whether a conversation is open in which this agent may run one. */
export const hasMacroPlace = (): boolean => heard !== null;

/** Shows what this macro would do in the open conversation; without one, which there are. */
export const askMacro = (macroId: string | null): void => heard?.(macroId);
