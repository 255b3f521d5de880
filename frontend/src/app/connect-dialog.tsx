import { Dialog } from '../components/dialog';
import ConnectNumber from '../features/numbers/connect-number';
import type { PhoneNumber } from '../lib/types';
import { n } from '../words/numbers-en';

interface Props {
  onConnected: (number: PhoneNumber) => void;
  onClose: () => void;
}

export default function ConnectDialog({ onConnected, onClose }: Props) {
  return (
    <Dialog label={n.heading} onClose={onClose}>
      <ConnectNumber onConnected={onConnected} onCancel={onClose} />
    </Dialog>
  );
}
