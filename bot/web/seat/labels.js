// Names of things that several views show.

export const STATUSES = { online: "在线", busy: "忙碌", break: "小休", offline: "离线" };
export const ROLES = { seat: "席位", supervisor: "主管", administrator: "管理员" };
export const CHANNELS = { web: "网页", rest: "接口", wechat: "微信", phone: "电话", mini_program: "小程序" };

export function isSupervisor(seat) { return seat.role === "supervisor" || seat.role === "administrator"; }

/** Citizens have no names here; the tail of the number tells two apart. */
export function citizen(conversation) { return `市民 ${String(conversation).replace(/[^0-9A-Za-z]/g, "").slice(-4)}`; }

export function subject(item) { return item.topic || item.service_name || "还没有说明问题"; }
