// Every sentence the visitor reads, in one place.

export const DISCLAIMER = "本服务提供法律信息，不构成律师意见；紧急情况请直接拨打110、120";

const SATISFACTION = ["非常不满意", "不满意", "一般", "满意", "非常满意"];

/** With dots between that never begin a line. */
function parts(...given) {
  return given.filter(Boolean).join("\u00a0· ");
}

/** Never promises what the server doesn't know: without anybody online there is no time to tell. */
function waitingText({ ahead, minutes, staffed, urgent }) {
  const lead = urgent ? "紧急求助，优先接听" : "正在转人工";
  const place = ahead ? `前面还有 ${ahead} 位` : null;
  if (!staffed) {
    const way = urgent ? "有危险请马上拨打 110" : "一上线就会接您";
    return parts(urgent ? "紧急求助" : "已排队", "现在没有工作人员在线", place, way);
  }
  if (minutes === 0) return parts(lead, "马上就来");
  return parts(lead, place ?? "下一位就是您", minutes ? `约 ${minutes} 分钟` : null);
}

export const STRINGS = {
  defaultTitle: "法律咨询",
  subtitle: "智能解答 · 可转人工",
  open: (title) => `打开${title}`,
  close: "关闭咨询窗口",
  unread: (count) => `，${count}条未读消息`,
  largeType: "大字版",
  restart: "重新开始",
  restartQuestion: "要重新开始吗？",
  restartNote: "将开始一次新的咨询，当前对话不再显示在本设备上。",
  restartPending: "还有没发出去的消息，将一并放弃。",
  cancel: "取消",
  log: "对话内容",
  loading: "正在连接，请稍候…",
  reconnecting: "连接断开，正在重连…",
  reconnectNow: "立即重连",
  gone: "之前的对话已失效，已为您开始新的咨询。",
  typing: "法问正在输入…",
  seatTyping: (name) => `${name}正在输入…`,
  more: "下方还有内容",
  inputLabel: "输入您的问题",
  placeholder: "请描述您的问题…",
  send: "发送",
  inputHint: "按回车键发送，按 Shift 加回车键换行",
  counter: (count, limit) => `${count} / ${limit} 字`,
  tooLong: (over, limit) => `超出 ${over} 字。每条消息最多 ${limit} 字，请精简或分成几条发送。`,
  you: "您",
  bot: "法问",
  system: "系统提示",
  seat: "工作人员",
  handoff: "人工服务",
  waiting: waitingText,
  serving: (name) => `${name} 正在为您服务`,
  leaveQueue: "不等了",
  leavePhone: "留电话",
  endSession: "结束",
  endMessage: "结束人工服务",
  endQuestion: "要结束人工服务吗？",
  endNote: "结束后由法问接着回答您的问题，需要时可以再转人工。",
  rate: "给这次人工服务打分",
  rateHint: "点一下星星：1 分非常不满意，5 分非常满意",
  rateFirst: "请先点星星，选 1 到 5 分",
  rateWords: "想说的话（选填）",
  rateSubmit: "提交",
  rated: (score) => `${score} 分，${SATISFACTION[score - 1]}`,
  youRated: (score) => `您已评价：${score} 分，${SATISFACTION[score - 1]}`,
  pending: "发送中",
  failed: "发送失败",
  retry: "重新发送",
  edit: "取回修改",
  discard: "删除",
  quickReplies: "可选的回复",
  genericError: "服务暂时出错，请稍后再试。",
  steps: "您可以这样做",
  legalBasis: "法律依据（点开看条文）",
  mayBear: "可能有关的法条，是否适用要看具体情况（点开看条文）",
  statutes: "相关条文（点开看全文）",
  specialGroups: "特别说明",
  hotlines: "咨询电话",
  emergency: "紧急情况",
  advice: "请注意",
  call: (number, name) => `拨打 ${number}${name ? ` ${name}` : ""}`,
};
