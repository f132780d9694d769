package io.rowmesh.agent.binlog;

import com.github.shyiko.mysql.binlog.event.ByteArrayEventData;
import com.github.shyiko.mysql.binlog.event.Event;
import com.github.shyiko.mysql.binlog.event.EventData;
import com.github.shyiko.mysql.binlog.event.EventHeader;
import com.github.shyiko.mysql.binlog.event.EventType;
import com.github.shyiko.mysql.binlog.event.FormatDescriptionEventData;
import com.github.shyiko.mysql.binlog.event.deserialization.ByteArrayEventDataDeserializer;
import com.github.shyiko.mysql.binlog.event.deserialization.EventDataDeserializer;
import com.github.shyiko.mysql.binlog.event.deserialization.EventDeserializer;
import com.github.shyiko.mysql.binlog.event.deserialization.EventHeaderV4Deserializer;
import com.github.shyiko.mysql.binlog.event.deserialization.FormatDescriptionEventDataDeserializer;
import com.github.shyiko.mysql.binlog.event.deserialization.RotateEventDataDeserializer;
import com.github.shyiko.mysql.binlog.io.ByteArrayInputStream;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** All events as the bytes that the log has, but for the two that the client itself needs: its own reading loses some values. */
final class RawEvents extends EventDeserializer {

    private int checksumLength;

    RawEvents() {
        super(new EventHeaderV4Deserializer(), new ByteArrayEventDataDeserializer(), deserializers(), new HashMap<>());
    }

    @SuppressWarnings("rawtypes")
    private static Map<EventType, EventDataDeserializer> deserializers() {
        Map<EventType, EventDataDeserializer> needed = new HashMap<>();
        needed.put(EventType.FORMAT_DESCRIPTION, new FormatDescriptionEventDataDeserializer());
        needed.put(EventType.ROTATE, new RotateEventDataDeserializer());
        return needed;
    }

    @Override
    public Event nextEvent(ByteArrayInputStream in) throws IOException {
        Event event = super.nextEvent(in);
        if (event != null && event.getData() instanceof FormatDescriptionEventData format) {
            checksumLength = format.getChecksumType().getLength();
        }
        return event;
    }

    @Override
    public EventData deserializeTableMapEventData(ByteArrayInputStream in, EventHeader header) throws IOException {
        return bytes(in, header);
    }

    @Override
    public EventData deserializeTransactionPayloadEventData(ByteArrayInputStream in, EventHeader header) throws IOException {
        return bytes(in, header);
    }

    private EventData bytes(ByteArrayInputStream in, EventHeader header) throws IOException {
        ByteArrayEventData data = new ByteArrayEventData();
        data.setData(in.read((int) header.getDataLength() - checksumLength));
        in.skip(checksumLength);
        return data;
    }
}
