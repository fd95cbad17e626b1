// Requests to the seat interface: the CSRF header, errors as sentences, and the one place that notices an expired login.

const BASE = "/seat/api/";

class ApiError extends Error {
  /** `message` is Chinese and meant for the user. */
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export class Api {
  #csrf = "";

  /** The login expired; set by the owner. Never called for a login attempt itself. */
  onExpired = () => {};

  async login(username, password) {
    this.#csrf = (await this.#request("POST", "login", { username, password })).csrf;
  }

  /** Who is logged in, or null. */
  async me() {
    try {
      const me = await this.#request("GET", "me");
      this.#csrf = me.csrf;
      return me;
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return null;
      throw error;
    }
  }

  get(path, query = {}) {
    const given = Object.entries(query).filter(([, value]) => value !== "" && value !== null && value !== undefined);
    const search = new URLSearchParams(given).toString();
    return this.#guarded("GET", path + (search ? `?${search}` : ""));
  }

  post(path, body = {}, signal = undefined) {
    return this.#guarded("POST", path, body, signal);
  }

  url(path) { return BASE + path; }

  async #guarded(method, path, body, signal) {
    try {
      return await this.#request(method, path, body, signal);
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) this.onExpired();
      throw error;
    }
  }

  async #request(method, path, body, signal) {
    const headers = { Accept: "application/json" };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (method !== "GET" && this.#csrf) headers["X-CSRF-Token"] = this.#csrf;
    let response;
    try {
      response = await fetch(BASE + path, {
        method, headers, signal, credentials: "same-origin", cache: "no-store",
        body: body === undefined ? undefined : JSON.stringify(body),
      });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new ApiError(0, "network", "网络不通，请稍后再试。");
    }
    const answer = await response.json().catch(() => null);
    if (response.ok && answer !== null) return answer;
    const message = answer?.message || `服务暂时出错（${response.status}），请稍后再试。`;
    throw new ApiError(response.status, answer?.error ?? "server_error", message);
  }
}
