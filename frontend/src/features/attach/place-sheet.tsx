import { useState } from 'react';
import { Sheet } from '../../components/sheet';
import { c } from '../../words/compose-en';
import { NO_PLACE, PlaceFields } from './place-fields';
import { SheetFoot } from './sheet-foot';
import { type SheetProps, useSending } from './use-sending';

/** Sends a location. */
export function PlaceSheet({ onClose, ...sheet }: SheetProps) {
  const [place, setPlace] = useState(NO_PLACE);
  const { send, at, elsewhere, problem, isSending } = useSending(sheet);
  const part = {
    latitude: place.latitude.trim(),
    longitude: place.longitude.trim(),
    ...(place.name.trim() === '' ? {} : { name: place.name.trim() }),
    ...(place.address.trim() === '' ? {} : { address: place.address.trim() }),
  };
  return (
    <Sheet
      heading={c.place.heading}
      onClose={onClose}
      footer={
        <SheetFoot
          problem={problem}
          more={elsewhere((field) => field.startsWith('location.'))}
          isSending={isSending}
          isReady={part.latitude !== '' && part.longitude !== ''}
          onClose={onClose}
          onSend={() => void send('location', part)}
        />
      }
    >
      <PlaceFields value={place} onChange={setPlace} errorsOf={(field) => at(`location.${field}`)} />
    </Sheet>
  );
}
