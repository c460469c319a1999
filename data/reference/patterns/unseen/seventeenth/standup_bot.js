const { App } = require("@slack/bolt")
const cron = require("node-cron")

const app = new App({ token: process.env.SLACK_TOKEN, signingSecret: process.env.SLACK_SECRET })

const QUESTIONS = ["Yesterday?", "Today?", "Blocked?"]
const commands = {}
const standups = {}
const conversations = new Map()
const reminders = new Map()
const userNames = {}
const reactionsSeen = new Set()
const mood = { good: 0, fine: 0, bad: 0 }
const helpRequests = []
let recentAnswers = []
let transcript = ""

function command (name, handler) {
  commands[name] = handler // bounded commands
}

async function nameOf (client, id) {
  if (userNames[id] === undefined) {
    const { user } = await client.users.info({ user: id })
    userNames[id] = user.real_name // grows userNames
  }
  return userNames[id]
}

class Conversation {
  constructor (user, channel) {
    this.user = user
    this.channel = channel
    this.answers = []
    this.edits = []
  }

  get question () {
    return QUESTIONS[this.answers.length]
  }

  answer (text) {
    if (this.answers.length >= QUESTIONS.length) return false
    this.answers.push(text) // bounded answers
    return this.answers.length === QUESTIONS.length
  }

  edit (text) {
    this.edits.push(text) // unsure edits
  }
}

function begin (user, channel) {
  const conversation = new Conversation(user, channel)
  conversations.set(user, conversation) // bounded conversations
  return conversation
}

function complete (conversation) {
  conversations.delete(conversation.user)
  const day = new Date().toISOString().slice(0, 10)
  const today = standups[day] || (standups[day] = {}) // grows standups
  today[conversation.user] = conversation.answers // grows today
  recentAnswers = [conversation.answers].concat(recentAnswers.slice(0, 49)) // bounded recentAnswers
  const lines = []
  conversation.answers.forEach((text, i) => lines.push(`*${QUESTIONS[i]}* ${text}`))
  return lines.join("\n")
}

function remind (user, minutes, text, say) {
  cancel(user)
  reminders.set(user, setTimeout(() => { // bounded reminders
    reminders.delete(user)
    say(text)
  }, minutes * 60000))
}

function cancel (user) {
  clearTimeout(reminders.get(user))
  reminders.delete(user)
}

function feel (word) {
  if (word in mood) mood[word] = mood[word] + 1 // bounded mood
}

app.message(async ({ message, say, client }) => {
  const name = await nameOf(client, message.user)
  transcript = transcript + `${name}: ${message.text}\n` // grows transcript
  const conversation = conversations.get(message.user)
  if (!conversation) {
    const [word, ...rest] = message.text.split(" ")
    if (commands[word]) await commands[word](message.user, rest, say)
    return
  }
  if (message.edited) {
    conversation.edit(message.text)
  } else if (conversation.answer(message.text)) {
    await client.chat.postMessage({ channel: conversation.channel, text: complete(conversation) })
  } else {
    await say(conversation.question)
  }
})

app.event("reaction_added", async ({ event }) => {
  const key = `${event.item.ts}/${event.user}/${event.reaction}`
  if (reactionsSeen.has(key)) return
  reactionsSeen.add(key) // grows reactionsSeen
  feel(event.reaction)
})

command("start", async (user, [channel], say) => say(begin(user, channel).question))
command("stop", async (user) => conversations.delete(user))
command("later", async (user, [minutes], say) => remind(user, Number(minutes), "Time for your stand-up", say))
command("help", async (user, words, say) => {
  helpRequests.push({ user, words }) // bounded helpRequests
  if (helpRequests.length > 20) {
    await say(`${helpRequests.length} people asked for help`)
    helpRequests.length = 0
  }
})
command("schedule", async (user, [expression, channel], say) => {
  cron.schedule(expression, () => begin(user, channel)) // grows schedule
  app.client.on("rate_limited", () => say("Slack is slow today")) // grows rate_limited
})

module.exports = { app, mood }
