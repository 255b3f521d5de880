import type { ComponentProps } from 'react';
import { useViewCommands } from '../features/inbox/use-view-commands';
import Palette from '../features/palette/palette';

/** The palette, with what other features add to its commands. */
export default function PalettePlace(props: ComponentProps<typeof Palette>) {
  const views = useViewCommands(props.numbers);
  const more = views.map((view) => ({
    ...view,
    choose: () => {
      props.onClose();
      view.choose();
    },
  }));
  return <Palette {...props} more={more} />;
}
