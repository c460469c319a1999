/*
 * The yardstick of the benchmark: the same closed loops in C, with the mathematical functions of
 * libm. Compiled with gcc -O3 -march=native. Prints one JSON line per measurement.
 *
 * The plant is the symmetric form of lib/plant/full.ts (two angles per evaluation, cofactors), RK4
 * with the force held, and the four laws of lib/controllers. Nothing is kept but the last state.
 *
 * usage: peer CONTROLLER REPETITIONS gains…
 */
#define _GNU_SOURCE
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define STEPS 10000

static const double DT = 1e-3, MAX_FORCE = 150;

typedef struct { double Mt, A, B, D, J1, J2, Ag, Bg, c0, c1, c2; } Plant;
typedef struct { double z, K, sliding, k1, k2, u_int, calls; } Kept;
typedef double (*Law)(const double *g, const double *s, Kept *k, double *sigma);

static Plant plant(void) {
  double m0 = 1.5, m1 = 0.2, m2 = 0.15, L1 = 0.4, a1 = 0.2, a2 = 0.15, I1 = 0.0081, I2 = 0.0034;
  double g = 9.81, A = m1 * a1 + m2 * L1, B = m2 * a2;
  return (Plant){ m0 + m1 + m2, A, B, m2 * L1 * a2, I1 + m1 * a1 * a1 + m2 * L1 * L1,
                  I2 + m2 * a2 * a2, A * g, B * g, 0.2, 0.005, 0.004 };
}

static void derivative(const Plant *p, const double *s, double u, double *out) {
  double q = s[1] + s[2], w = s[4] + s[5];
  double sp = sin(s[1]), cp = cos(s[1]), sq = sin(q), cq = cos(q);
  double Ds = p->D * (sq * cp - cq * sp), Dc = p->D * (cq * cp + sq * sp);
  double b = p->A * cp, c = p->B * cq, joint = p->c2 * s[5], ww = w * w, w1 = s[4] * s[4];
  double r1 = u + p->A * sp * w1 + p->B * sq * ww - p->c0 * s[3];
  double r2 = Ds * ww + p->Ag * sp - p->c1 * s[4] + joint;
  double r3 = p->Bg * sq - Ds * w1 - joint;
  double k11 = p->J1 * p->J2 - Dc * Dc, k12 = c * Dc - b * p->J2, k13 = b * Dc - c * p->J1;
  double k22 = p->Mt * p->J2 - c * c, k23 = b * c - p->Mt * Dc, k33 = p->Mt * p->J1 - b * b;
  double inverse = 1 / (p->Mt * k11 + b * k12 + c * k13);
  double a1 = (k12 * r1 + k22 * r2 + k23 * r3) * inverse;
  out[0] = s[3];
  out[1] = s[4];
  out[2] = s[5];
  out[3] = (k11 * r1 + k12 * r2 + k13 * r3) * inverse;
  out[4] = a1;
  out[5] = (k13 * r1 + k23 * r2 + k33 * r3) * inverse - a1;
}

static void rk4(const Plant *p, double *s, double u) {
  double k1[6], k2[6], k3[6], k4[6], y[6];
  derivative(p, s, u, k1);
  for (int i = 0; i < 6; i++) y[i] = s[i] + 0.5 * DT * k1[i];
  derivative(p, y, u, k2);
  for (int i = 0; i < 6; i++) y[i] = s[i] + 0.5 * DT * k2[i];
  derivative(p, y, u, k3);
  for (int i = 0; i < 6; i++) y[i] = s[i] + DT * k3[i];
  derivative(p, y, u, k4);
  for (int i = 0; i < 6; i++) s[i] += DT / 6 * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]);
}

static inline double clip(double v, double limit) { return fmin(limit, fmax(-limit, v)); }

static double classical(const double *g, const double *s, Kept *k, double *sigma) {
  (void)k;
  double v = g[2] * s[1] + g[3] * s[2] + g[0] * s[4] + g[1] * s[5];
  *sigma = v;
  return clip(-g[4] * tanh(v / (3 * 0.3)) - g[5] * v, MAX_FORCE);
}

static double links(const double *g, const double *s) {
  return g[0] * (s[4] + g[2] * s[1]) + g[1] * (s[5] + g[3] * s[2]);
}

static double sta(const double *g, const double *s, Kept *k, double *sigma) {
  double v = links(g + 2, s), sat = clip(v / 0.3, 1);
  double u = clip(-g[0] * sqrt(fabs(v)) * sat + k->z, MAX_FORCE);
  k->z = clip(k->z - g[1] * sat * DT, MAX_FORCE);
  *sigma = v;
  return u;
}

static double adaptive(const double *g, const double *s, Kept *k, double *sigma) {
  double v = links(g, s), size = fabs(v);
  double u = clip(-k->K * tanh(v / (3 * 0.4)) - 0.5 * v, MAX_FORCE);
  double rate = size > 0.05 ? clip(g[4] * size - 0.01 * (k->K - 10), 10) : 0;
  k->K = fmax(0.1, fmin(100, k->K + rate * DT));
  k->sliding = size <= 0.4 ? k->sliding + DT : 0;
  *sigma = v;
  return u;
}

static double grown(double gain, double gamma, double size, double taper, int held) {
  double d = held ? -0.1 : fmax(fmin(gamma * size * taper, 5) - 0.1, -gain / (10 * DT));
  if (gain > 40) d = fmin(d, -0.2);
  return fmax(0, fmin(50, gain + d * DT));
}

static double hybrid(const double *g, const double *s, Kept *k, double *sigma) {
  double v = g[0] * (s[4] + g[1] * s[1]) + g[2] * (s[5] + g[3] * s[2]) + 0.5 * (s[3] + s[0]);
  double size = fabs(v), root = sqrt(size);
  int resting = size <= 0.05;
  double sat = resting ? 0 : tanh(v / 0.35);
  double share = fmin(1, fabs(s[0]) / 0.04);
  double rest = -3 * v - share * 80 * (s[3] + 2 * s[0]);
  double before = -k->k1 * root * sat + k->u_int + rest;
  int held = resting || (fabs(before) > MAX_FORCE + 1e-12 && size < 0.02);
  double taper = size / (size + 0.05) / (1 + 0.01 * fmax(0, k->calls - 1000));
  k->k1 = grown(k->k1, 0.1, size, taper, held);
  k->k2 = grown(k->k2, 0.05, size, taper, held);
  double next = resting ? k->u_int : clip(k->u_int - k->k2 * sat * DT, 50);
  double wanted = -k->k1 * root * sat + next + rest, u = clip(wanted, MAX_FORCE);
  if (u != wanted) {
    next = k->u_int;
    u = clip(-k->k1 * root * sat + next + rest, MAX_FORCE);
  }
  k->u_int = next;
  k->calls++;
  *sigma = v;
  if (fabs(next) <= 100 && size <= 200 && s[0] * s[0] + s[1] * s[1] + s[2] * s[2] <= 225 &&
      s[3] * s[3] + s[4] * s[4] + s[5] * s[5] <= 5625 && isfinite(u))
    return u;
  k->u_int = 0;
  k->k1 = 0.05 * 4;
  k->k2 = 0.05 * 0.4;
  return 0;
}

static double seconds(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

int main(int argc, char **argv) {
  const char *names[] = { "classical_smc", "sta_smc", "adaptive_smc", "hybrid_adaptive_sta_smc" };
  const Law laws[] = { classical, sta, adaptive, hybrid };
  double gains[6] = { 0 };
  int which = -1, repetitions = argc > 2 ? atoi(argv[2]) : 0;
  for (int i = 0; argc > 1 && i < 4; i++)
    if (strcmp(argv[1], names[i]) == 0) which = i;
  if (which < 0 || repetitions < 1 || argc > 9) {
    fprintf(stderr, "usage: peer CONTROLLER REPETITIONS gains...\n");
    return 2;
  }
  for (int i = 3; i < argc; i++) gains[i - 3] = atof(argv[i]);
  Plant p = plant();
  for (int r = 0; r < repetitions; r++) {
    double s[6] = { 0, 0.05, -0.03, 0, 0, 0 }, sigma = 0;
    double start = seconds(CLOCK_MONOTONIC), used = seconds(CLOCK_PROCESS_CPUTIME_ID);
    Kept k = { 0, 10, 0, 4, 0.4, 0, 0 };
    for (int n = 0; n < STEPS; n++) rk4(&p, s, laws[which](gains, s, &k, &sigma));
    double elapsed = seconds(CLOCK_MONOTONIC) - start;
    double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - used;
    printf("{\"wall\":%.17g,\"cpu\":%.17g,\"final\":[%.17g,%.17g,%.17g,%.17g,%.17g,%.17g]}\n",
           1e9 * elapsed / STEPS, 1e9 * cpu / STEPS, s[0], s[1], s[2], s[3], s[4], s[5]);
  }
  return 0;
}
