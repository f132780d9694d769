package io.rowmesh.testbed.simulation;

import java.util.ArrayList;
import java.util.List;

/** The same work in some threads at once. */
final class Workers {

    private Workers() {
    }

    /** Returns once all of them have ended. */
    static void run(int threads, String name, Runnable work) throws InterruptedException {
        List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            Thread worker = new Thread(work, name + "-" + i);
            worker.start();
            workers.add(worker);
        }
        for (Thread worker : workers) {
            worker.join();
        }
    }
}
