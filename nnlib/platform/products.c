// Matrix products for NumPy in a browser, where it has no BLAS: some numbers at once, in blocks that stay in the cache.
//
// matmul_float and matmul_double are inner loops of np.matmul. What is too narrow for them goes on to NumPy's own.

typedef void loop(char **args, const int *sizes, const int *steps, void *data);

enum { ROWS = 4, DEPTH = 256, PANELS = 16, BYTES = 16 };  // a panel is two vectors wide

#define PRODUCT(number)                                                                                                \
    typedef number vector_##number __attribute__((vector_size(BYTES)));                                                \
    enum { lanes_##number = BYTES / sizeof(number), width_##number = 2 * lanes_##number };                             \
    static loop *own_##number;                                                                                         \
    static vector_##number (*packed_##number)[DEPTH][2];                                                               \
                                                                                                                       \
    /* Take NumPy's own loop, and room for PANELS panels. */                                                           \
    void begin_##number(loop *own, void *room) {                                                                       \
        own_##number = own;                                                                                            \
        packed_##number = room;                                                                                        \
    }                                                                                                                  \
                                                                                                                       \
    /* Copy `depth` rows of B, and `columns` of a panel's columns; the others are 0. */                                \
    static void pack_##number(vector_##number panel[DEPTH][2], const char *b, int b_row, int b_step, int depth,        \
                              int columns) {                                                                           \
        for (int k = 0; k < depth; k++)                                                                                \
            for (int j = 0; j < width_##number; j++)                                                                   \
                panel[k][j / lanes_##number][j % lanes_##number] =                                                     \
                    j < columns ? *(const number *)(b + k * b_row + j * b_step) : 0;                                   \
    }                                                                                                                  \
                                                                                                                       \
    /* Add the product of some rows of A and a panel to C. Rows that A does not have are computed, and left. */        \
    static void add_##number(const char *a, int a_row, int a_step, const vector_##number panel[DEPTH][2], char *c,     \
                             int c_row, int c_step, int depth, int rows, int columns) {                                \
        const char *at[ROWS];                                                                                          \
        vector_##number sums[ROWS][2] = {0};                                                                           \
        for (int i = 0; i < ROWS; i++) at[i] = a + (i < rows ? i : rows - 1) * a_row;                                  \
        for (int k = 0; k < depth; k++)                                                                                \
            for (int i = 0; i < ROWS; i++) {                                                                           \
                number x = *(const number *)(at[i] + k * a_step);                                                      \
                sums[i][0] += x * panel[k][0];                                                                         \
                sums[i][1] += x * panel[k][1];                                                                         \
            }                                                                                                          \
        for (int i = 0; i < rows; i++)                                                                                 \
            for (int j = 0; j < columns; j++)                                                                          \
                *(number *)(c + i * c_row + j * c_step) += sums[i][j / lanes_##number][j % lanes_##number];            \
    }                                                                                                                  \
                                                                                                                       \
    void matmul_##number(char **args, const int *sizes, const int *steps, void *data) {                                \
        int m = sizes[1], n = sizes[2], p = sizes[3];                                                                  \
        int a_row = steps[3], a_step = steps[4], b_row = steps[5], b_step = steps[6], c_row = steps[7],                \
            c_step = steps[8];                                                                                         \
        if (p < lanes_##number || m < 2) {                                                                             \
            own_##number(args, sizes, steps, data);                                                                    \
            return;                                                                                                    \
        }                                                                                                              \
        for (int each = 0; each < sizes[0]; each++) {                                                                  \
            const char *a = args[0] + each * steps[0], *b = args[1] + each * steps[1];                                 \
            char *c = args[2] + each * steps[2];                                                                       \
            for (int i = 0; i < m; i++)                                                                                \
                for (int j = 0; j < p; j++) *(number *)(c + i * c_row + j * c_step) = 0;                               \
            for (int left = 0; left < p; left += PANELS * width_##number) {                                            \
                int right = p - left < PANELS * width_##number ? p : left + PANELS * width_##number;                   \
                for (int k = 0; k < n; k += DEPTH) {                                                                   \
                    int depth = n - k < DEPTH ? n - k : DEPTH;                                                         \
                    for (int j = left, q = 0; j < right; j += width_##number, q++)                                     \
                        pack_##number(packed_##number[q], b + k * b_row + j * b_step, b_row, b_step, depth,            \
                                      right - j);                                                                      \
                    for (int i = 0; i < m; i += ROWS)                                                                  \
                        for (int j = left, q = 0; j < right; j += width_##number, q++)                                 \
                            add_##number(a + i * a_row + k * a_step, a_row, a_step, packed_##number[q],                \
                                         c + i * c_row + j * c_step, c_row, c_step, depth,                             \
                                         m - i < ROWS ? m - i : ROWS,                                                  \
                                         right - j < width_##number ? right - j : width_##number);                     \
                }                                                                                                      \
            }                                                                                                          \
        }                                                                                                              \
    }

PRODUCT(float)
PRODUCT(double)
