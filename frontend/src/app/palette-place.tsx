import { SquareCheck } from 'lucide-react';
import type { ComponentProps } from 'react';
import { useViewCommands } from '../features/inbox/use-view-commands';
import Palette from '../features/palette/palette';
import { hasMacroPlace } from '../lib/ask-macro';
import { pressAlt } from '../lib/press';
import { keyboard } from '../words/keyboard-en';

type More = NonNullable<ComponentProps<typeof Palette>['more']>[number];

/** The palette, with what other features add to its commands. */
export default function PalettePlace(props: ComponentProps<typeof Palette>) {
  const views = useViewCommands(props.numbers);
  const more: More[] = [...(hasMacroPlace() ? ofConversation() : []), ...views].map((command) => ({
    ...command,
    choose: () => {
      props.onClose();
      command.choose();
    },
  }));
  return <Palette {...props} more={more} />;
}

/** What Alt and a letter do in the open conversation, each with its keys: as the help has them. */
function ofConversation(): More[] {
  return keyboard.rows.flatMap(([keys, text]) => {
    const letter = /^Alt \+ ([A-Z])$/.exec(keys)?.[1];
    if (letter === undefined) return [];
    return [{ key: keys, icon: <SquareCheck size={18} />, text, detail: keys, choose: () => pressAlt(letter) }];
  });
}
