import { version } from 'emojibase-data/package.json';
import { onServer } from '../../lib/base';

/** Where the build puts the emoji data: the library's own default is a stranger's server. */
export const EMOJI_URL = onServer(`/assets/emoji-${version}`);
