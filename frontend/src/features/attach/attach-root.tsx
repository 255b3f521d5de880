import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { useServices } from '../../hooks/services';
import { newId } from '../../lib/ids';
import { newReply } from '../../lib/new-reply';
import type { Conversation } from '../../lib/types';
import { noteUnsentFiles, onForgetFiles, type Outlet } from '../../lib/unsent-files';
import { upload } from '../../lib/upload';
import { AttachMenu, type Choice } from './attach-menu';
import { BuilderSheet } from './builder-sheet';
import { CardSheet } from './card-sheet';
import type { AttachWish } from './composer-tools';
import { PlaceSheet } from './place-sheet';
import { Recorder } from './recorder';
import TemplateSheet from './template-sheet';
import { Tray } from './tray';
import { TrayView } from './tray-view';
import { useSendPart } from '../../hooks/send-part';

interface Props {
  conversation: Conversation;
  replyToId: string | null;
  wish: AttachWish;
  onClose: () => void;
  onFocusBack: () => void;
  onSent: () => void;
}

// By conversation, and as long as the page: to answer somebody else meanwhile stops no upload.
const trays = new Map<string, Tray>();
onForgetFiles(() => {
  for (const tray of trays.values()) tray.clear();
  trays.clear();
});

/** Everything that is sent besides text, loaded on first use: menu, files, recorder, and the sheets. */
export default function AttachRoot({ conversation, replyToId, wish, onClose, onFocusBack, onSent }: Props) {
  const { tokens, outbox } = useServices();
  const { id: conversationId, phone_number_id: phoneNumberId } = conversation;
  const send = useSendPart({ phoneNumberId, conversationId });
  const [sheet, setSheet] = useState<Choice | null>(null);
  let tray = trays.get(conversationId);
  if (!tray) {
    tray = new Tray({
      upload: (file, kind, signal, onProgress) => upload({ tokens, phoneNumberId, file, kind, signal, onProgress }),
      send: async (type, part, key, replyTo) => void (await send({ type, part, key, replyTo })),
      say: (text, replyTo) =>
        outbox.add(newReply(conversation, text, replyTo)),
      newId,
    });
    trays.set(conversationId, tray);
    const made = tray;
    const outlet: Outlet = (text, replyTo) => made.sendAll(replyTo, text);
    tray.subscribe(() => noteUnsentFiles(conversationId, made.unsent(), made.canSend() ? outlet : null));
  }
  const files = tray;
  const items = useSyncExternalStore(files.subscribe, files.snapshot);

  // Each wish once: what was forgotten with the session is not attached again.
  const taken = useRef<AttachWish>(null);
  useEffect(() => {
    if (wish.kind === 'files' && taken.current !== wish) files.add(wish.files);
    taken.current = wish;
  }, [wish, files]);

  const closeSheet = () => setSheet(null);
  // What was pressed is gone by then: the focus goes back to where it came from.
  const wasOpen = useRef(false);
  useEffect(() => {
    if (wasOpen.current && sheet === null) onFocusBack();
    wasOpen.current = sheet !== null;
  }, [sheet, onFocusBack]);
  const recipient = { phoneNumberId, conversationId };
  const sheetProps = {
    recipient,
    replyToId,
    onClose: closeSheet,
    onSent: () => {
      closeSheet();
      onSent();
    },
  };
  return (
    <>
      {wish.kind === 'menu' && (
        <AttachMenu
          onChoose={(choice) => {
            onClose();
            setSheet(choice);
          }}
          onFiles={(chosen, kind) => {
            onClose();
            files.add(chosen, kind);
            onFocusBack();
          }}
          onClose={() => {
            onClose();
            onFocusBack();
          }}
        />
      )}
      {wish.kind === 'record' && (
        <Recorder
          onDone={(recording) => {
            files.add([recording], 'voice');
            onClose();
            onFocusBack();
          }}
          onLeft={(recording) => files.add([recording], 'voice')}
          onClose={() => {
            onClose();
            onFocusBack();
          }}
        />
      )}
      {wish.kind !== 'record' && items.length > 0 && (
        <TrayView
          items={items}
          tray={files}
          onSend={() => {
            files.sendAll(replyToId);
            onSent();
            onFocusBack();
          }}
        />
      )}
      {sheet === 'template' && <TemplateSheet {...sheetProps} />}
      {sheet === 'place' && <PlaceSheet {...sheetProps} />}
      {sheet === 'card' && <CardSheet {...sheetProps} />}
      {sheet !== null && sheet !== 'template' && sheet !== 'place' && sheet !== 'card' && (
        <BuilderSheet kind={sheet} {...sheetProps} />
      )}
    </>
  );
}
