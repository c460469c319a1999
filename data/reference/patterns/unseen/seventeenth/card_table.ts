/** Card tables over web sockets: seats, deals, chat, invitations, a ladder. */

import { ConnectedSocket, MessageBody, OnGatewayConnection, OnGatewayDisconnect, SubscribeMessage, WebSocketGateway } from "@nestjs/websockets";
import { Injectable, Logger, OnModuleDestroy, OnModuleInit } from "@nestjs/common";
import type { Socket } from "socket.io";

type Suit = "clubs" | "diamonds" | "hearts" | "spades";
type Card = `${Suit}-${number}`;
const SUITS: readonly Suit[] = ["clubs", "diamonds", "hearts", "spades"];

function freshDeck(): Card[] {
  const deck: Card[] = [];
  for (const suit of SUITS) {
    for (let rank = 1; rank <= 13; rank++) deck.push(`${suit}-${rank}`);
  }
  return deck.sort(() => Math.random() - 0.5);
}

class Table {
  readonly seats: (string | null)[] = [null, null, null, null];
  readonly spectators = new Set<string>();
  readonly chat: { from: string; text: string }[] = [];
  private deck = freshDeck();
  private discard: Card[] = [];
  private tricks: Card[][] = [];
  private readonly bySuit = new Map<Suit, number>();

  constructor(readonly id: string) {}

  sit(player: string): boolean {
    const free = this.seats.indexOf(null);
    if (free < 0) {
      this.spectators.add(player); // bounded spectators
      return false;
    }
    this.seats[free] = player;
    return true;
  }

  leave(player: string): void {
    this.spectators.delete(player);
    const seat = this.seats.indexOf(player);
    if (seat >= 0) this.seats[seat] = null;
  }

  get empty(): boolean {
    return this.spectators.size === 0 && this.seats.every((seat) => seat === null);
  }

  deal(): Card[] {
    this.tricks = [];
    if (this.deck.length < 20) this.deck = this.deck.concat(this.discard.splice(0)); // bounded deck
    return this.deck.splice(0, 5);
  }

  play(trick: Card[]): void {
    this.tricks.push(trick); // bounded tricks
    this.discard.push(...trick); // bounded discard
    for (const card of trick) {
      const suit = card.split("-")[0] as Suit;
      this.bySuit.set(suit, (this.bySuit.get(suit) ?? 0) + 1); // bounded bySuit
    }
  }

  say(from: string, text: string): void {
    this.chat.push({ from, text }); // bounded chat
    if (this.chat.length > 100) this.chat.shift();
  }
}

@Injectable()
export class Ladder {
  private readonly logger = new Logger(Ladder.name);
  private readonly ratings = new Map<string, number>();
  private games: ReadonlyArray<{ winner: string; at: Date }> = [];
  private top: [string, number][] = [];

  won(winner: string, losers: string[]): void {
    this.ratings.set(winner, (this.ratings.get(winner) ?? 1500) + 10 * losers.length); // grows ratings
    for (const loser of losers) {
      this.ratings.set(loser, (this.ratings.get(loser) ?? 1500) - 10); // grows ratings
    }
    this.games = this.games.concat({ winner, at: new Date() }); // grows games
    this.top = [...this.ratings].sort((a, b) => b[1] - a[1]).slice(0, 20);
    this.logger.log(`${winner} leads ${this.top.length} players`);
  }
}

@WebSocketGateway({ cors: true })
export class TableGateway implements OnGatewayConnection, OnGatewayDisconnect, OnModuleInit, OnModuleDestroy {
  private readonly clients = new Map<string, Socket>();
  private readonly tables = new Map<string, Table>();
  private readonly invitations = new Map<string, { from: string; table: string }>();
  private readonly addresses = new Set<string>();
  private readonly reports: { about: string; text: string }[] = [];
  private readonly lastMessage: Record<string, number> = {};
  private keepAlive?: NodeJS.Timeout;

  constructor(private readonly ladder: Ladder) {}

  onModuleInit(): void {
    this.keepAlive = setInterval(() => this.clients.forEach((client) => client.emit("ping")), 25_000); // bounded keepAlive
  }

  onModuleDestroy(): void {
    clearInterval(this.keepAlive);
  }

  handleConnection(client: Socket): void {
    this.clients.set(client.id, client); // bounded clients
    this.addresses.add(client.handshake.address); // grows addresses
  }

  handleDisconnect(client: Socket): void {
    this.clients.delete(client.id);
    for (const [id, table] of this.tables) {
      table.leave(client.id);
      if (table.empty) this.tables.delete(id);
    }
  }

  @SubscribeMessage("join")
  join(@ConnectedSocket() client: Socket, @MessageBody() id: string): boolean {
    let table = this.tables.get(id);
    if (!table) this.tables.set(id, (table = new Table(id))); // bounded tables
    return table.sit(client.id);
  }

  @SubscribeMessage("invite")
  invite(@ConnectedSocket() client: Socket, @MessageBody() body: { to: string; table: string }): string {
    const code = Math.random().toString(36).slice(2);
    this.invitations.set(code, { from: client.id, table: body.table }); // bounded invitations
    setTimeout(() => this.invitations.delete(code), 600_000);
    this.clients.get(body.to)?.emit("invited", code);
    return code;
  }

  @SubscribeMessage("say")
  say(@ConnectedSocket() client: Socket, @MessageBody() body: { table: string; text: string }): void {
    this.lastMessage[client.id] = Date.now(); // grows lastMessage
    this.tables.get(body.table)?.say(client.id, body.text);
  }

  @SubscribeMessage("report")
  report(@MessageBody() body: { about: string; text: string }): void {
    this.reports.push(body); // grows reports
  }

  @SubscribeMessage("finish")
  finish(@MessageBody() body: { winner: string; losers: string[] }): void {
    this.ladder.won(body.winner, body.losers);
  }
}
