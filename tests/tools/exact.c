// SPDX-License-Identifier: GPL-2.0-only
/*
 * exact FROM TO COUNT ADDRESS...
 *
 * Sends COUNT datagrams from network namespace FROM (a name of ip-netns(8)) to the
 * ADDRESSes in TO, in turn, and looks at every byte of every one where it arrives: as
 * many, in order, as they were sent, all of them different. Prints
 *
 *	COUNT datagrams, BYTES bytes, all as they were sent
 *
 * or what was wrong, status 1. The sender keeps to the first processor and never has
 * more under way than the receiver's buffer holds, so that nothing may be lost.
 *
 *	FROM: sender --UDP--> TO: receiver
 *	        ^                    |
 *	        +--- arrived, a number in shared memory
 */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PORT "9099"
#define BATCH 32
#define UNDER_WAY 64		/* of at most SIZE_MAX_ bytes: 92 KB, twice in a buffer */
#define SIZE_MIN_ 16
#define SIZE_MAX_ 1400
#define ADDRESSES 4

static uint8_t noise[SIZE_MAX_ + 4096];

struct shared {
	atomic_ullong arrived;
	atomic_int listening;
};

static int die(const char *what)
{
	fprintf(stderr, "exact: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* The same for both ends: a number, and noise from a place that depends on it. */
static size_t datagram_make(uint8_t *bytes, uint64_t number)
{
	size_t size = SIZE_MIN_ + number * 7919 % (SIZE_MAX_ - SIZE_MIN_ + 1);

	memcpy(bytes, &number, sizeof(number));
	memcpy(bytes + sizeof(number), noise + number % 4096, size - sizeof(number));
	return size;
}

static void namespace_enter(const char *name)
{
	char path[256];
	int descriptor;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	descriptor = open(path, O_RDONLY | O_CLOEXEC);
	if (descriptor < 0 || setns(descriptor, CLONE_NEWNET))
		die(name);
	close(descriptor);
}

static int socket_open(const char *address, bool receive)
{
	const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
					.ai_socktype = SOCK_DGRAM };
	int descriptor, size = 1 << 20;
	struct addrinfo *found;

	if (getaddrinfo(address, PORT, &hints, &found)) {
		fprintf(stderr, "exact: no address: %s\n", address);
		exit(2);
	}
	descriptor = socket(found->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (descriptor < 0 ||
	    setsockopt(descriptor, SOL_SOCKET, receive ? SO_RCVBUFFORCE : SO_SNDBUFFORCE,
		       &size, sizeof(size)))
		die("socket");
	if (receive ? bind(descriptor, found->ai_addr, found->ai_addrlen) :
		      connect(descriptor, found->ai_addr, found->ai_addrlen))
		die(address);
	freeaddrinfo(found);
	return descriptor;
}

static void batch_prepare(struct mmsghdr *messages, struct iovec *vectors,
			  uint8_t (*bytes)[SIZE_MAX_ + 1])
{
	unsigned int i;

	for (i = 0; i < BATCH; i++) {
		vectors[i] = (struct iovec){ bytes[i], SIZE_MAX_ + 1 };
		messages[i] = (struct mmsghdr){ .msg_hdr = { .msg_iov = &vectors[i],
							     .msg_iovlen = 1 } };
	}
}

/* Whole batches go to one address; so what one batch holds arrives in its order. */
static void send_all(struct shared *shared, const int *sockets, unsigned int count,
		     uint64_t total)
{
	static uint8_t bytes[BATCH][SIZE_MAX_ + 1];
	struct mmsghdr messages[BATCH];
	struct iovec vectors[BATCH];
	uint64_t number = 0;

	batch_prepare(messages, vectors, bytes);
	while (number < total) {
		unsigned int want = total - number < BATCH ? total - number : BATCH, i;
		int descriptor = sockets[number / BATCH % count];

		for (i = 0; i < want; i++)
			vectors[i].iov_len = datagram_make(bytes[i], number + i);
		for (i = 0; i < want;) {
			int put = sendmmsg(descriptor, messages + i, want - i, 0);

			if (put < 0)
				die("sending");
			i += put;
		}
		number += want;
		while (number - atomic_load(&shared->arrived) > UNDER_WAY - BATCH)
			sched_yield();
	}
}

static void datagram_check(const uint8_t *got, size_t size, uint64_t number)
{
	static uint8_t wanted[SIZE_MAX_ + 1];
	uint64_t named = 0;

	if (size == datagram_make(wanted, number) && !memcmp(got, wanted, size))
		return;
	if (size >= sizeof(named))
		memcpy(&named, got, sizeof(named));
	fprintf(stderr, "exact: in place of number %llu came %zu bytes that say %llu\n",
		(unsigned long long)number, size, (unsigned long long)named);
	exit(1);
}

static void receive_all(struct shared *shared, const int *sockets, unsigned int count,
			uint64_t total)
{
	static uint8_t bytes[BATCH][SIZE_MAX_ + 1];
	struct mmsghdr messages[BATCH];
	unsigned long long sum = 0;
	struct iovec vectors[BATCH];
	uint64_t number = 0;

	batch_prepare(messages, vectors, bytes);
	atomic_store(&shared->listening, 1);
	while (number < total) {
		uint64_t end = (number / BATCH + 1) * BATCH;
		struct pollfd poll_ = { sockets[number / BATCH % count], POLLIN, 0 };
		unsigned int want = (end < total ? end : total) - number;
		int got, i;

		if (poll(&poll_, 1, 60000) != 1) {
			fprintf(stderr, "exact: number %llu did not arrive\n",
				(unsigned long long)number);
			exit(1);
		}
		got = recvmmsg(poll_.fd, messages, want, MSG_DONTWAIT, NULL);
		if (got < 0)
			die("receiving");
		for (i = 0; i < got; i++) {
			datagram_check(bytes[i], messages[i].msg_len, number++);
			sum += messages[i].msg_len;
		}
		atomic_store(&shared->arrived, number);
	}
	printf("%llu datagrams, %llu bytes, all as they were sent\n",
	       (unsigned long long)total, sum);
}

int main(int argc, char **argv)
{
	unsigned int count = argc - 4, i;
	int sockets[ADDRESSES], status;
	struct shared *shared;
	cpu_set_t first;
	uint64_t total;
	pid_t child;

	if (argc < 5 || count > ADDRESSES)
		return 2;
	total = strtoull(argv[3], NULL, 10);
	srandom(1);
	for (i = 0; i < sizeof(noise); i++)
		noise[i] = random() >> 8;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		die("memory");
	child = fork();
	if (child < 0)
		die("fork");
	namespace_enter(argv[child ? 1 : 2]);
	for (i = 0; i < count; i++)
		sockets[i] = socket_open(argv[4 + i], !child);
	if (!child) {
		receive_all(shared, sockets, count, total);
		return fflush(stdout) ? 1 : 0;
	}
	CPU_ZERO(&first);
	CPU_SET(0, &first);
	sched_setaffinity(0, sizeof(first), &first);
	/* A receiver that fails ends the sender, whatever it waits for. */
	signal(SIGCHLD, SIG_DFL);
	while (!atomic_load(&shared->listening))
		if (waitpid(child, &status, WNOHANG))
			return 1;
	i = fork();
	if (!i) {
		send_all(shared, sockets, count, total);
		return 0;
	}
	if (waitpid(child, &status, 0) != child || status)
		kill(i, SIGKILL);
	waitpid(i, NULL, 0);
	return status ? 1 : 0;
}
