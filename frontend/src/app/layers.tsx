import { Suspense } from 'react';
import { type Place, useSearchDoor } from '../hooks/place';
import { lazyPart } from '../lib/lazy-part';
import type { PhoneNumber } from '../lib/types';

/** What can lie over the page. Each is loaded when it is first opened. */
export type Layer = 'keyboard' | 'settings' | 'connect' | 'new-chat' | 'palette';

const KeyboardHelp = lazyPart(() => import('./keyboard-help'));
const SettingsDialog = lazyPart(() => import('../features/settings/settings-dialog'));
const ConnectDialog = lazyPart(() => import('./connect-dialog'));
const NewChatDialog = lazyPart(() => import('../features/new-chat/new-chat-dialog'));
const Palette = lazyPart(() => import('./palette-place'));

interface Props {
  layer: Layer | null;
  number: PhoneNumber | null;
  numbers: PhoneNumber[];
  place: Place;
  onOpen: (layer: Layer) => void;
  onClose: () => void;
  onSignOut: () => void;
}

export default function Layers({ layer, number, numbers, place, onOpen, onClose, onSignOut }: Props) {
  const [, openSearch] = useSearchDoor();
  const openConversation = (id: string) => {
    onClose();
    place.openConversation(id);
  };
  return (
    <Suspense>
      {layer === 'keyboard' && <KeyboardHelp onClose={onClose} />}
      {layer === 'settings' && <SettingsDialog numbers={numbers} onClose={onClose} />}
      {layer === 'connect' && (
        <ConnectDialog
          onConnected={(connected) => {
            onClose();
            place.chooseNumber(connected.phone_number_id);
          }}
          onClose={onClose}
        />
      )}
      {layer === 'new-chat' && number && (
        <NewChatDialog number={number} onOpened={(conversation) => openConversation(conversation.id)} onClose={onClose} />
      )}
      {layer === 'palette' && number && (
        <Palette
          number={number}
          numbers={numbers}
          onFound={(found) => {
            onClose();
            place.openFound(found);
          }}
          onCommand={(command) => {
            onClose();
            if (command.kind === 'layer') onOpen(command.layer);
            else if (command.kind === 'number') place.chooseNumber(command.phoneNumberId);
            else if (command.kind === 'search') openSearch(command.words);
            else if (command.kind === 'activity') place.openActivity();
            else if (command.kind === 'sign-out') onSignOut();
          }}
          onClose={onClose}
        />
      )}
    </Suspense>
  );
}
