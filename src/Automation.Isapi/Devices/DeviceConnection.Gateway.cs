using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Automation.Core.Model;
using Automation.Isapi.Devices;
using Automation.Isapi.Discovery;
using Automation.Isapi.Documents;
using Automation.Isapi.Events;
using Automation.Isapi.Http;

namespace Automation.Isapi;

/// <summary>A receiver gateway and the devices behind it (DEV-3, EVT-2): one subscription brings everybody's events, each device is named by its <c>devIndex</c>.</summary>
public sealed partial class DeviceConnection
{
    /// <summary>The gateway's device list is read again after so many status rounds, in case a change of status was lost.</summary>
    private const int ListEvery = 8;

    /// <summary>Longest devIndex; real ones are uuids of 32 or 36 characters.</summary>
    private const int MaxDevIndex = 64;

    /// <summary>A receiver has at most some thousand devices; a list that never ends is none.</summary>
    private const int MaxListed = 10_000;

    private readonly ConcurrentDictionary<string, DeviceConnection> _behind = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>What the gateway calls our subscription; 0: none.</summary>
    private long _subscription;
    private int _listRound;

    /// <summary>A receiver gateway: its stream is a subscription to all of its devices.</summary>
    private bool IsGateway => _device.Kind == "gateway" && _device.Connection!.DevIndex is null;

    /// <summary>Behind a gateway of the site, without an address of its own: the gateway tells what happens and whether it is there.</summary>
    private bool IsHeardThroughGateway => _gateway is not null && _endpoint.IsBehindGateway;

    /// <summary>The connection whose device the alert is of; a gateway's own where it names none that the site lists.</summary>
    private DeviceConnection SpeakerOf(in Alert alert)
    {
        ReadOnlySpan<byte> utf8 = alert.DevIndex;
        if (!IsGateway || utf8.IsEmpty) return this;
        Span<char> index = stackalloc char[MaxDevIndex];
        if (utf8.Length <= MaxDevIndex && _behind.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(index[..Encoding.UTF8.GetChars(utf8, index)], out DeviceConnection? device)) return device;
        Report(DeviceProblemKind.UnknownResource, $"it reports an event of the device {Encoding.UTF8.GetString(utf8[..Math.Min(utf8.Length, MaxDevIndex)])}, which the site does not list behind it; add it with its devIndex, or the event stays the gateway's");
        return this;
    }

    /// <summary>The gateway brings an alert of this device.</summary>
    private ResourceAddress TakeFromGateway(in Alert alert)
    {
        if (alert.Is("devStatusChanged"u8))
        {
            ReadOnlySpan<byte> status = alert.Body.TextOf("status"u8);
            if (Ascii.EqualsIgnoreCase(status, "online"u8)) NoteGatewayStatus(true, null);
            else if (Ascii.EqualsIgnoreCase(status, "offline"u8)) NoteGatewayStatus(false, "its gateway says that it is offline");
        }
        else if (alert.Is("devicedeleted"u8)) NoteGatewayStatus(false, "it was deleted from its gateway");
        else NoteGatewayStatus(true, null);
        return Take(alert, EventPath.Gateway);
    }

    /// <summary>What a gateway knows of a device that is spoken to through it; one with a stream of its own knows better.</summary>
    private void NoteGatewayStatus(bool online, string? reason)
    {
        if (IsHeardThroughGateway) SetOnline(online, reason);
    }

    /// <summary>Without the gateway there is nobody behind it.</summary>
    private void TellBehind(string? reason)
    {
        foreach (DeviceConnection device in _behind.Values) device.NoteGatewayStatus(false, $"its gateway is offline: {reason ?? "unknown"}");
    }

    /// <summary>The answer to the subscription names it (002 A.43).</summary>
    private void NoteSubscription(TapeNode document)
    {
        if (IsGateway && document.TryChild("SubscribeDeviceMgmtRsp"u8, out TapeNode answer) && DeviceNumber.Number(answer.TextOf("id"u8)) is { } id) Interlocked.Exchange(ref _subscription, (long)id);
    }

    /// <summary>A clean end: the gateway need not find out by itself that nobody listens (002 §7.4).</summary>
    private async Task UnsubscribeAsync(CancellationToken cancellationToken)
    {
        long id = Interlocked.Exchange(ref _subscription, 0);
        if (id == 0 || !Online) return;
        try
        {
            await _calls.CallAsync(HttpMethod.Delete, string.Create(CultureInfo.InvariantCulture, $"/Event/notification/unSubscribeDeviceMgmt/{id}?format=json"), null, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // It did not answer in time; it will notice the closed connection.
        }
    }

    /// <summary>Asks the gateway which of its devices are there, at the start and now and then; changes come as events.</summary>
    private async Task ReadBehindAsync(bool initial, CancellationToken cancellationToken)
    {
        if (initial) _listRound = 0;
        if (_listRound++ % ListEvery != 0 || _behind.IsEmpty) return;
        var list = await ReceiverList.ReadAsync(
            async condition => await _calls.CallAsync(HttpMethod.Post, ReceiverList.Path, condition, cancellationToken).ConfigureAwait(false) is { IsSuccess: true } answer ? answer.Document : null,
            MaxListed).ConfigureAwait(false);
        // Of a list that broke off nobody knows who is missing.
        if (list is not { Whole: true } whole)
        {
            // It gives no list: its devices are there until an event says otherwise.
            if (initial && Online) foreach (DeviceConnection device in _behind.Values) device.NoteGatewayStatus(true, null);
            return;
        }

        if (!Online) return;
        var listed = whole.Entries.ToDictionary(e => e.DevIndex, e => e.Online, StringComparer.OrdinalIgnoreCase);
        foreach ((string index, DeviceConnection device) in _behind)
        {
            if (!listed.TryGetValue(index, out bool online)) device.NoteGatewayStatus(false, "its gateway does not list it; check its devIndex");
            else device.NoteGatewayStatus(online, online ? null : "its gateway says that it is offline");
        }
    }

    /// <summary>Who is it that came online behind the gateway?</summary>
    private async Task ReadIdentityAsync(CancellationToken cancellationToken)
    {
        DeviceAnswer info = await Greeting.AskAsync(_endpoint, _calls, cancellationToken).ConfigureAwait(false);
        if (info.IsSuccess && info.Document is { } document) ReportIdentity(document);
    }
}
