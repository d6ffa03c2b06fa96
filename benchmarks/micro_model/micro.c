/* The micro-model in C: one struct for each household, one loop for what happens to households, heaps for the two queues.
   Built by c.py with gcc -O3 -ffp-contract=off (products and sums rounded one by one, as everywhere else). */
#include <math.h>
#include <stdint.h>

enum { TOWNSHIPS = 27, VILLAGES = 243, COUNTED = 8 };
enum { HIT, SHOCK, COST, JOB, WAGE, YIELD, PRICE, DETECTION, CONSUMPTION, PRIORITY, ENROLMENT };

typedef struct {
    double land, skill, housing, pension, edu_cost, frailty, savings, debt, asset, inc12, oop12, ded_left, cap_left, oop_y, support,
        wage, farm, prop, transf, cons, oop, need;
    uint64_t key;
    int16_t vill, pov_months, un_months;
    int8_t town, n_mem, n_work, n_elder, n_school, insured, job, sick, chronic, monitored, poor, stable, want;
} Household;

typedef struct {
    int64_t first, household;
} Waiting;

typedef struct {
    const double *disaster, *price, *prices, *staff, *season, *school;
    const int64_t *slots;
    int64_t households, months, budget;
} World;

static const uint64_t GOLDEN = 0x9E3779B97F4A7C15u;

static inline uint64_t bits(uint64_t key, int64_t month, int purpose) {
    uint64_t z = key + (uint64_t)(16 * month + purpose + 1) * GOLDEN;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static inline double uniform(uint64_t key, int64_t month, int purpose) {
    return (double)(int64_t)(bits(key, month, purpose) >> 11) * 0x1p-53;
}

static inline double triangular(uint64_t key, int64_t month, int purpose) {
    uint64_t x = bits(key, month, purpose);
    return (double)(int64_t)((x >> 32) + (x & 0xffffffffu)) * 0x1p-32 - 1.0;
}

static inline double smaller(double a, double b) { return a < b ? a : b; }
static inline double larger(double a, double b) { return a > b ? a : b; }
static inline int64_t fen(double yuan) { return (int64_t)(100.0 * yuan); }

static inline int before(Waiting a, Waiting b) { return a.first < b.first || (a.first == b.first && a.household < b.household); }

static void sink(Waiting *heap, int64_t place, int64_t size) {
    Waiting moving = heap[place];
    for (;;) {
        int64_t child = 2 * place + 1;
        if (child >= size) break;
        if (child + 1 < size && before(heap[child + 1], heap[child])) child++;
        if (before(moving, heap[child])) break;
        heap[place] = heap[child];
        place = child;
    }
    heap[place] = moving;
}

static void line_up(Waiting *heap, int64_t size) {
    for (int64_t place = size / 2 - 1; place >= 0; place--) sink(heap, place, size);
}

static void leave(Waiting *heap, int64_t size) {
    heap[0] = heap[size - 1];
    sink(heap, 0, size - 1);
}

void run_county(Household *all, const World *w, Waiting *requests, Waiting *applications, int64_t *counted) {
    double carry = 0.0;
    for (int64_t m = 0; m < w->months; m++) {
        int64_t asking = 0, applying = 0, workers[TOWNSHIPS] = {0};
        const double season = w->season[m % 12], school = w->school[m % 12];
        for (int64_t i = 0; i < w->households; i++) {
            Household *h = &all[i];
            const uint64_t key = h->key;
            const double d = w->disaster[m * TOWNSHIPS + h->town];
            double loss = 0.0;
            if (d > 0.0 && uniform(key, m, HIT) < d * (1.2 - 0.5 * h->housing)) {
                loss = 0.3 + 0.4 * d;
                h->asset = h->asset * (1.0 - 0.1 * loss);
            }
            if (m % 12 == 0) {
                h->insured = uniform(key, m, ENROLMENT) < 0.95;
                h->ded_left = 400.0;
                h->cap_left = 150000.0;
                h->oop_y = 0.0;
            }
            if (h->sick > 0) h->sick--;
            double cost = 0.0;
            if (uniform(key, m, SHOCK) < 0.010 + 0.004 * h->n_elder + 0.015 * h->chronic + 0.010 * h->frailty) {
                cost = smaller(800.0 / sqrt(1.0 - uniform(key, m, COST)), 60000.0);
                if (cost > 20000.0) h->chronic = 1;
                h->sick = 1 + (cost > 3000.0) + 2 * (cost > 10000.0);
            }
            if (h->chronic) cost += 120.0;
            double reimbursed = 0.0;
            if (cost > 0.0 && h->insured) {
                double eligible = larger(cost - h->ded_left, 0.0);
                h->ded_left = larger(h->ded_left - cost, 0.0);
                double rate = cost < 1000.0 ? 0.55 : cost < 10000.0 ? 0.65 : 0.70;
                double basic = smaller(eligible * rate, h->cap_left);
                h->cap_left -= basic;
                double rest = cost - basic;
                h->oop_y += rest;
                double above = h->oop_y - (h->monitored ? 5000.0 : 10000.0);
                double serious = above > 0.0 ? smaller(rest, above) * (h->monitored ? 0.65 : 0.60) : 0.0;
                reimbursed = basic + serious + (h->monitored ? smaller(0.7 * (rest - serious), 3000.0) : 0.0);
            }
            h->oop = cost - reimbursed;
            h->want = 0;
            if (h->job > 0) {
                double ends = 0.02 + 0.03 * (h->sick > 0) + 0.02 * loss + (h->job == 2 ? 0.01 : 0.0);
                if (uniform(key, m, JOB) < ends) h->job = 0, h->un_months = 0;
            } else {
                h->un_months++;
                if (h->n_work > 0) {
                    double u = uniform(key, m, JOB);
                    if (u < 0.06 * h->skill) h->job = 2;
                    else if (u < 0.25) h->want = 1;
                }
            }
            h->wage = 0.0;
            if (h->job > 0) {
                h->wage = h->n_work * h->skill * (h->job == 1 ? 1900.0 : 2600.0) * (1.0 + 0.25 * triangular(key, m, WAGE));
                if (h->sick > 0) h->wage *= 0.5;
            }
            h->farm = h->land * 95.0 * season * (1.0 + 0.3 * triangular(key, m, YIELD)) * (1.0 - loss) *
                      w->price[m * TOWNSHIPS + h->town] * (0.95 + 0.1 * uniform(key, m, PRICE));
            h->prop = h->asset * 0.002;
            h->transf = h->pension * h->n_elder + h->support;
            double income = h->wage + h->farm + h->prop + h->transf;
            double food = 260.0 * h->n_mem * w->prices[m];
            double fees = h->n_school * h->edu_cost * school;
            h->cons = food + 0.30 * larger(income - food, 0.0) * (0.9 + 0.2 * uniform(key, m, CONSUMPTION));
            double net = income - h->cons - fees - h->oop;
            h->debt *= 1.004;
            if (net >= 0.0) {
                double repaid = smaller(h->debt, 0.5 * net);
                h->debt -= repaid;
                h->savings += net - repaid;
            } else {
                double left = h->savings + net;
                h->savings = larger(left, 0.0);
                if (left < 0.0) h->debt -= left;
            }
            h->inc12 += (income - h->support - h->inc12) * (1.0 / 12);
            h->oop12 += (h->oop - h->oop12) * (1.0 / 12);
            double per_head = (h->inc12 - h->oop12) * 12.0 / h->n_mem;
            h->poor = per_head < 3000.0;
            h->pov_months += h->poor;
            if (h->monitored) {
                h->stable = per_head > 4500.0 ? h->stable + 1 : 0;
                if (h->stable >= 6) h->monitored = 0, h->stable = 0;
            } else if (h->poor || (per_head < 4500.0 && (h->oop12 * 12.0 > 5000.0 || h->debt > 30000.0 || loss > 0.0))) {
                if (uniform(key, m, DETECTION) < w->staff[h->vill]) h->monitored = 1, h->stable = 0;
            }
            h->need = 0.0;
            if (h->monitored)
                h->need = smaller(larger((3000.0 / 12) * h->n_mem - (income - h->support - h->oop), 0.0), 4000.0);
            int64_t *c = &counted[(m * VILLAGES + h->vill) * COUNTED];
            c[0] += h->poor;
            c[1] += h->monitored;
            c[2] += h->job > 0;
            c[3] += fen(income);
            c[4] += fen(h->oop);
            c[5] += fen(reimbursed);
            c[6] += fen(h->support);
            c[7] += (int64_t)h->need;
            h->support = 0.0;
            workers[h->town] += h->job == 1;
            if (h->need >= 1.0) requests[asking++] = (Waiting){-(int64_t)h->need, i};
            if (h->want) applications[applying++] = (Waiting){(int64_t)(bits(key, m, PRIORITY) >> 40), i};
        }
        double money = carry + (double)w->budget;
        line_up(requests, asking);
        for (; asking > 0 && money >= (double)-requests[0].first; asking--) {
            double amount = (double)-requests[0].first;
            money -= amount;
            all[requests[0].household].support = amount;
            leave(requests, asking);
        }
        carry = money;
        for (int64_t start = 0, stop; start < applying; start = stop) {
            int town = all[applications[start].household].town;
            for (stop = start + 1; stop < applying && all[applications[stop].household].town == town; stop++) {}
            int64_t size = stop - start;
            line_up(applications + start, size);
            for (int64_t free = w->slots[town] - workers[town]; free > 0 && size > 0; free--, size--) {
                Household *hired = &all[applications[start].household];
                hired->job = 1;
                hired->un_months = 0;
                leave(applications + start, size);
            }
        }
    }
}
