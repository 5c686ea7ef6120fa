#include "base/write.h"

#include <errno.h>
#include <unistd.h>

int
st_write_all(int fd, stet_bytes content)
{
	size_t done = 0;
	ssize_t n;

	while (done < content.size) {
		n = write(fd, content.data + done, content.size - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		done += (size_t)n;
	}
	return 0;
}
