// Entry point of the chat window. One tag embeds it:
//   <script type="module" src="https://HOST/web/widget/fawen.js" data-title="法律咨询" data-open="false"></script>
// data-title      name of the window and its button
// data-open       "true": open from the start (until the visitor closes it)
// data-target     CSS selector of an element to fill on wide screens, instead of floating over the page
// data-max-length the server's limit of characters per message, if it isn't 2000

import { Connection } from "./connection.js";
import { Conversation } from "./conversation.js";
import { readOptions } from "./options.js";
import { Preferences } from "./preferences.js";
import { Session } from "./session.js";
import { Storage } from "./storage.js";
import { Transcript } from "./transcript.js";
import { View } from "./view.js";

const options = readOptions(import.meta.url);
const lasting = new Storage(options.namespace, "localStorage");
const perTab = new Storage(options.namespace, "sessionStorage");
const preferences = new Preferences(lasting, perTab);
const transcript = new Transcript();
const host = document.createElement("fawen-chat");
const view = new View({ host, options, preferences, transcript });
const conversation = new Conversation({
  connection: new Connection(options.socketUrl), session: new Session(lasting), transcript, view,
});

view.actions = {
  say: (text, payload) => conversation.say(text, payload),
  typing: (on) => conversation.typing(on),
  retry: (id) => conversation.retry(id),
  withdraw: (id) => conversation.withdraw(id),
  startAnew: () => conversation.startAnew(),
  hasUnsent: () => conversation.hasUnsent,
  reconnect: () => conversation.reconnect(),
  opened: () => conversation.start(),
};

(options.target ?? document.body).append(host);
if (preferences.open ?? options.open) view.open({ takeFocus: false });
else if (conversation.hasUnfinishedBusiness) conversation.start();

const listeners = new Set();
conversation.onArrival = ({ role, text }) => listeners.forEach((listener) => listener({ role, text }));

/** For pages that want to know: `onMessage(({ role, text }) => …)` hears of every new message of the bot, a seat or the system. */
export function onMessage(listener) { listeners.add(listener); }

/** For pages that want their own buttons: `import { ask } from ".../fawen.js"`. */
export function open() { view.open(); }
export function close() { view.close(); }
export function ask(text) {
  view.open();
  conversation.say(String(text));
}
