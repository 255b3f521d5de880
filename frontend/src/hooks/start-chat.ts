import { createContext, useContext } from 'react';

/** Opens the conversation with a WhatsApp number (digits), or offers what can begin one. */
export type StartChat = (waId: string) => unknown;

/** Null where no chat can be begun: in previews. */
export const StartChatContext = createContext<StartChat | null>(null);

export const useStartChat = (): StartChat | null => useContext(StartChatContext);
