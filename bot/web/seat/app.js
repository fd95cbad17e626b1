// Entry point of the seat console: the login page, or the console of who is logged in.
// Whatever ends a login ends with a reload, so that nothing of one seat is left for the next.

import { h } from "../widget/dom.js";
import { Api } from "./api.js";
import { Connection } from "./connection.js";
import { Console } from "./console.js";
import { Desk } from "./desk.js";
import { Keeping } from "./keeping.js";
import { LoginView } from "./login-view.js";

const NOTICE = "fawen-seat-notice";
const app = document.getElementById("app");
const api = new Api();

function leave(notice) {
  try {
    sessionStorage.setItem(NOTICE, notice);
  } catch {
    // the login page then says nothing
  }
  location.reload();
}

function takeNotice() {
  try {
    const notice = sessionStorage.getItem(NOTICE);
    sessionStorage.removeItem(NOTICE);
    return notice;
  } catch {
    return null;
  }
}

function showLogin() {
  const view = new LoginView({
    notice: takeNotice(),
    login: async (username, password) => {
      await api.login(username, password);
      showConsole(await api.me());
    },
  });
  app.replaceChildren(view.element);
  view.focus();
}

function showConsole(me) {
  const keeping = new Keeping(me.seat.id);
  const desk = new Desk({ api, keeping, connection: new Connection("/ws/seat"), seat: me.seat });
  const expired = () => leave("登录已过期，请重新登录。没发完的话还留着。");
  api.onExpired = expired;
  desk.onExpired = expired;
  const console = new Console({
    api, desk, keeping, me,
    logout: async () => {
      api.onExpired = desk.onExpired = () => {};
      await api.post("logout");
      keeping.clear();
      leave("已退出登录。");
    },
  });
  app.replaceChildren(console.element);
  desk.start();
}

async function start() {
  try {
    const me = await api.me();
    if (me) showConsole(me);
    else showLogin();
  } catch (error) {
    app.replaceChildren(h("main", { class: "login" }, h("div", { class: "login-card" },
      h("p", { role: "alert" }, error.message), h("button", { type: "button", class: "primary", onclick: start }, "再试一次"))));
  }
}

start();
