import { Dialog } from '../../components/dialog';
import { s } from '../../words/sign-in-en';
import { SignIn, type Ways } from './sign-in';

/** Asks, over the page as it stands, whoever was signed in until now. */
export default function SessionEnded({ onSignOut, ...ways }: Ways & { onSignOut: () => void }) {
  return (
    <Dialog label={s.endedHeading} isRequired>
      <SignIn {...ways} heading={s.endedHeading} intro={s.ended} onSignOut={onSignOut} />
    </Dialog>
  );
}
