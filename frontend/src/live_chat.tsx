import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/app';
import { keepPageOnDrop } from './app/keep-page';
import { followTheme } from './app/theme';
import { readConfiguration } from './lib/configuration';
import './styles/tokens.css';
import './styles/base.css';
import { startLanguage } from './words/start-language';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
followTheme();
const page = createRoot(root);
keepPageOnDrop();
// A language that cannot be loaded is no reason to show nothing.
void startLanguage()
  .catch(() => undefined)
  .then(() =>
    page.render(
      <StrictMode>
        <App configuration={readConfiguration()} />
      </StrictMode>,
    ),
  );
